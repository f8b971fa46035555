//! The whole table `http`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use axum::http::HeaderName;
use axum::http::header::AUTHORIZATION;
use regex::RegexSet;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::cancel::CancelTable;
use super::log::LogTable;
use super::oauth2::OAuth2Table;
use super::poll::PollTable;
use super::request::Scope;
use super::start::StartTable;
use crate::addresses::AddressPolicy;
use crate::config::duration::ConfigDuration;
use crate::config::location::At;
use crate::config::values::{checked, ensure_new_header, parse_all, parse_network};
use crate::http_job::{
    HttpJob, Link, LogSource, Pointer, PollUrl, SharedClient, Template, UrlTemplate, Variable,
};

const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// The longest time of a run, if the file sets none. Without one, an engine that has vanished would be polled forever.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// Headers whose value is a secret.
const SECRET_HEADERS: [&str; 9] = [
    "api-key",
    "apikey",
    "authorization",
    "cookie",
    "ocp-apim-subscription-key",
    "private-token",
    "proxy-authorization",
    "x-api-key",
    "x-functions-key",
];
/// Headers of the connection, which the client writes itself.
const OWN_HEADERS: [&str; 8] =
    ["connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"];

/// A run in another engine, which a request starts and further requests poll to its end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Http")]
pub(in crate::config) struct HttpTable {
    /// The headers of all requests to the engine. `${env:NAME}` and `${file:PATH}` stand for secrets.
    #[serde(default)]
    #[schemars(default, with = "BTreeMap<String, String>", extend("x-default" = "none"))]
    headers: BTreeMap<String, Spanned<String>>,
    /// The link to the run for people: a URL with variables, or a JSON Pointer into the response to the start or to a poll.
    #[schemars(with = "Option<String>")]
    link: Option<Spanned<String>>,
    /// With `true`, requests to other machines may use `http://`, without encryption.
    #[serde(default)]
    #[schemars(default, extend("default" = false))]
    allow_http: bool,
    /// Additional allowed networks, like `"169.254.7.0/24"`. Only metadata, link-local, and multicast addresses need this.
    #[serde(default)]
    #[schemars(default, with = "Vec<String>", extend("x-default" = "none"))]
    allow_addresses: Vec<Spanned<String>>,
    /// The longest time of a request. If a start takes longer, it is unknown whether the run was started.
    #[schemars(with = "Option<ConfigDuration>", extend("default" = "60s"))]
    request_timeout: Option<Spanned<ConfigDuration>>,
    /// The request that starts a run.
    #[schemars(with = "StartTable")]
    start: Spanned<StartTable>,
    /// How the state of a run is read.
    #[schemars(with = "PollTable")]
    poll: Spanned<PollTable>,
    /// The request that cancels a run. Without it, a canceled run continues in the engine.
    #[schemars(with = "Option<CancelTable>")]
    cancel: Option<Spanned<CancelTable>>,
    /// The engine's log.
    #[schemars(with = "Option<LogTable>")]
    log: Option<Spanned<LogTable>>,
    /// How the gateway gets access tokens.
    #[schemars(with = "Option<OAuth2Table>")]
    oauth2: Option<Spanned<OAuth2Table>>,
}

/// The settings of the job that are not in the table.
#[derive(Clone, Debug)]
pub(in crate::config) struct JobSettings {
    pub timeout: Option<Duration>,
    pub error: RegexSet,
    pub warning: RegexSet,
}

impl HttpTable {
    /// Checks the table. Relative paths start at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if a setting is invalid.
    pub(in crate::config) fn check(self, job: JobSettings, directory: &Path) -> Result<HttpJob> {
        let addresses =
            AddressPolicy { allowed: parse_all(&self.allow_addresses, parse_network)?, has_private: true };
        let mut scope = Scope { directory, addresses, allow_http: self.allow_http, started: Vec::new() };
        scope.started.extend(Variable::BEFORE_START);
        if self.start.get_ref().has_run_id() {
            scope.started.push(Variable::RunId);
        }
        if self.poll.get_ref().has_url_from() {
            scope.started.push(Variable::PollUrl);
        }
        let start = table("start", self.start, |table| table.check(&scope))?;
        let origin = start.request.url.origin().unwrap_or_default().to_owned();
        let is_ours = |url: &UrlTemplate| {
            let other = url.origin().filter(|other| *other != origin);
            other.map_or(Ok(()), |other| {
                Err(anyhow!(
                    "its URL is at {other}, and that of `start` is at {origin}. All requests of a job go to one server, because \
                     they have the same headers. Write the server of `start`, or split the work into two jobs"
                ))
            })
        };
        let poll = table("poll", self.poll, |table| {
            let poll = table.check(&scope)?;
            if let PollUrl::Template(url) = &poll.url {
                is_ours(url)?;
            }
            Ok(poll)
        })?;
        let cancel = self.cancel.map(|cancel| {
            table("cancel", cancel, |table| {
                let cancel = table.check(&scope)?;
                is_ours(&cancel.request.url).map(|()| cancel)
            })
        });
        let log = self.log.map(|log| {
            table("log", log, |table| {
                let log = table.check(&scope)?;
                if let LogSource::Request(url, _) = &log {
                    is_ours(url)?;
                }
                Ok(log)
            })
        });
        let oauth2 =
            self.oauth2.map(|oauth2| table("oauth2", oauth2, |table| table.check(&scope))).transpose()?;
        let mut headers: Vec<(HeaderName, Template)> = Vec::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            let header = header(name, value, oauth2.is_some(), directory)?;
            checked(value, |_| ensure_new_header(&header.0, &headers))?;
            headers.push(header);
        }
        let link = self.link.map(|link| checked(&link, |link| parse_link(link, &scope).context("`link`")));
        let request_timeout = self.request_timeout.map(|time| {
            checked(&time, |ConfigDuration(time)| {
                ensure!(!time.is_zero(), "`request_timeout` is zero. Write a duration like \"60s\"");
                Ok(*time)
            })
        });
        Ok(HttpJob {
            origin,
            headers,
            oauth2,
            start,
            poll,
            cancel: cancel.transpose()?,
            log: log.transpose()?,
            link: link.transpose()?,
            addresses: scope.addresses,
            client: SharedClient::default(),
            request_timeout: request_timeout.transpose()?.unwrap_or(DEFAULT_REQUEST_TIMEOUT),
            timeout: job.timeout.unwrap_or(DEFAULT_TIMEOUT),
            error: job.error,
            warning: job.warning,
        })
    }
}

/// Checks a table. An error has its name, and its place unless it has a more precise one.
fn table<T, U>(name: &str, table: Spanned<T>, check: impl FnOnce(T) -> Result<U>) -> Result<U> {
    let span = table.span();
    check(table.into_inner()).with_context(|| format!("`http.{name}`")).at(span)
}

fn header(
    name: &str,
    value: &Spanned<String>,
    has_oauth2: bool,
    directory: &Path,
) -> Result<(HeaderName, Template)> {
    checked(value, |text| {
        let header = HeaderName::try_from(name)
            .map_err(|_| anyhow!("`headers`: {name:?} is not a valid name of a request header"))?;
        ensure!(
            !OWN_HEADERS.contains(&header.as_str()),
            "`headers`: {name:?} is a header of the connection, which the gateway writes itself. Remove it"
        );
        ensure!(
            !(has_oauth2 && header == AUTHORIZATION),
            "`headers` has Authorization, which `oauth2` writes. Remove one of them"
        );
        ensure!(
            !text.chars().any(char::is_control),
            "`headers`: the value of {name} has a control character, which a header cannot have"
        );
        let value = Template::parse(text, &[], directory).with_context(|| format!("`headers`: {name}"))?;
        ensure!(
            !SECRET_HEADERS.contains(&header.as_str()) || value.secrets().next().is_some(),
            "`headers`: the value of {name} is a secret in this file. Write \"${{env:NAME}}\" or \"${{file:PATH}}\" instead of it"
        );
        Ok((header, value))
    })
}

fn parse_link(text: &str, scope: &Scope<'_>) -> Result<Link> {
    if text.starts_with('/') {
        return Ok(Link::Pointer(Pointer::parse(text)?));
    }
    let variables: Vec<_> = scope.started.iter().copied().filter(|name| *name != Variable::PollUrl).collect();
    let template = Template::parse(text, &variables, scope.directory)?;
    ensure!(
        template.secrets().next().is_none(),
        "it has a secret, and everybody who reads the run sees the link"
    );
    ensure!(
        text.starts_with("https://") || text.starts_with("http://"),
        "{text:?} is neither a URL nor a JSON Pointer. Write it like \"https://engine.example.com/runs/{{run_id}}\" or \"/run_page_url\""
    );
    Ok(Link::Template(template))
}
