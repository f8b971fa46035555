//! The table `[relay]`: the service to which the gateway passes requests on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use axum::http::HeaderName;
use reqwest::Url;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use txjobs_processes::variables;

use super::duration::ConfigDuration;
use super::key_header::parse_key_header;
use super::values::{checked, is_this_machine, literal_address, parse_all, parse_network};
use crate::addresses::AddressPolicy;

/// The name of the organization that owns the keys and the archive, if the file names none.
const DEFAULT_NAME: &str = "Relay";
/// The longest time from a request to the head of the response, if the file sets none. A service that collects a long log needs
/// some time.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
const DEFAULT_MAX_RESPONSE_MB: u64 = 1024;
/// The shortest time between two polls.
const MIN_WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The service to which requests are passed on, as it is written in the file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Relay")]
pub(super) struct RelayTable {
    /// The address of the service, like `"https://api.example.com"`. `http://` only for this machine.
    #[schemars(with = "String")]
    upstream: Spanned<String>,
    /// The name of the organization that owns the keys of the callers and the archive.
    #[schemars(with = "Option<String>", length(min = 1), extend("default" = DEFAULT_NAME))]
    name: Option<Spanned<String>>,
    /// The environment variable with the service's API key. Its name does not begin with `TXJOBS_`.
    #[schemars(with = "Option<String>")]
    key_env: Option<Spanned<String>>,
    /// The file with the service's API key, relative to this file.
    key_file: Option<PathBuf>,
    /// With `true`, each caller sends a key of the service, which is passed on.
    #[serde(default)]
    callers_key: bool,
    /// The request header in which the service expects the API key.
    #[schemars(with = "Option<String>", extend("x-default" = "that of `key_header`"))]
    upstream_key_header: Option<Spanned<String>>,
    /// The time between two polls of the service, which archive the runs that no caller asks for. It needs `key_env` or `key_file`.
    #[schemars(with = "Option<ConfigDuration>")]
    watch: Option<Spanned<ConfigDuration>>,
    /// With `false`, nothing is archived. With `callers_key` and `true`, whoever can read the archive reads what all callers have read.
    #[schemars(extend("x-default" = "`true`, and `false` with `callers_key`"))]
    archive: Option<bool>,
    /// Networks that the service may be in although they are not public, like `"10.1.0.0/16"`.
    #[serde(default)]
    #[schemars(default, with = "Vec<String>", extend("x-default" = "none"))]
    allow_addresses: Vec<Spanned<String>>,
    /// The origins of pages that may use the relay besides its own, like `"https://console.example.com"`.
    #[serde(default)]
    #[schemars(default, with = "Vec<String>", extend("x-default" = "none"))]
    origins: Vec<Spanned<String>>,
    /// The host names under which the relay is reached besides addresses and `localhost`.
    #[serde(default)]
    #[schemars(default, with = "Vec<String>", extend("x-default" = "none"))]
    hosts: Vec<Spanned<String>>,
    /// The longest time from a request to the head of the response.
    #[schemars(with = "Option<ConfigDuration>", extend("default" = "60s"))]
    timeout: Option<Spanned<ConfigDuration>>,
    /// The largest response, in megabytes.
    #[schemars(with = "Option<u64>", range(min = 1), extend("default" = DEFAULT_MAX_RESPONSE_MB))]
    max_response_mb: Option<Spanned<u64>>,
}

/// The service to which the gateway passes requests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayConfig {
    /// The address of the service. Its path ends with a slash.
    pub upstream: Url,
    /// The source of the service's API key.
    pub key: KeySource,
    /// The request header in which the service expects the API key.
    pub key_header: HeaderName,
    /// The time between two polls of the service. `None`: it does not poll.
    pub watch: Option<Duration>,
    /// Whether executions are archived.
    pub archive: bool,
    /// The addresses to which it connects.
    pub addresses: AddressPolicy,
    /// The origins of pages that may use the relay, in lower case.
    pub origins: Vec<String>,
    /// The host names under which the relay is reached, in lower case.
    pub hosts: Vec<String>,
    /// The longest time from a request to the head of the response.
    pub timeout: Duration,
    /// The largest response, in bytes.
    pub max_response_bytes: u64,
}

/// The source of the service's API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// An environment variable.
    Environment(String),
    /// A file.
    File(PathBuf),
    /// The caller of each request.
    Caller,
}

impl RelayTable {
    /// Checks the table, and returns the settings and the name of the organization. Relative paths start at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if a setting is invalid.
    pub(super) fn check(self, directory: &Path, key_header: &HeaderName) -> Result<(String, RelayConfig)> {
        let name = match self.name {
            Some(name) => checked(&name, |name| {
                ensure!(!name.trim().is_empty(), "`name` is empty");
                ensure!(!name.contains('\0'), "`name` = {name:?} has a zero character. Remove it");
                Ok(name.clone())
            })?,
            None => DEFAULT_NAME.to_owned(),
        };
        let addresses =
            AddressPolicy { allowed: parse_all(&self.allow_addresses, parse_network)?, has_private: false };
        let upstream =
            checked(&self.upstream, |text| parse_upstream(text, &addresses).context("`upstream`"))?;
        let key = match (self.key_env, self.key_file, self.callers_key) {
            (Some(name), None, false) => KeySource::Environment(checked(&name, |name| parse_variable(name))?),
            (None, Some(path), false) => KeySource::File(directory.join(path)),
            (None, None, true) => KeySource::Caller,
            (None, None, false) => bail!(
                "it has no key of the service. Name its source with `key_env` or `key_file`; callers then use keys of this gateway. Or \
                 write `callers_key = true`: each caller then sends a key of the service"
            ),
            _ => bail!("`key_env`, `key_file` and `callers_key` exclude each other. Keep one of them"),
        };
        let watch = self.watch.map(|watch| {
            checked(&watch, |ConfigDuration(time)| {
                ensure!(*time >= MIN_WATCH_INTERVAL, "`watch` is shorter than a second. Write a duration like \"5m\"");
                ensure!(
                    key != KeySource::Caller,
                    "`watch` needs a key of its own. Name its source with `key_env` or `key_file`, and remove `callers_key`"
                );
                ensure!(
                    self.archive != Some(false),
                    "`watch` fills the archive, and `archive = false` disables it. Remove one of them"
                );
                Ok(*time)
            })
        });
        let timeout = self.timeout.map(|timeout| {
            checked(&timeout, |ConfigDuration(time)| {
                ensure!(!time.is_zero(), "`timeout` is zero. Write a duration like \"60s\"");
                Ok(*time)
            })
        });
        let max_response_mb = self.max_response_mb.map(|size| {
            checked(&size, |size| {
                ensure!(*size > 0, "`max_response_mb` is zero. Write a number of megabytes");
                Ok(*size)
            })
        });
        let max_response_mb = max_response_mb.transpose()?.unwrap_or(DEFAULT_MAX_RESPONSE_MB);
        let key_header = match self.upstream_key_header {
            Some(name) => checked(&name, |name| parse_key_header("upstream_key_header", name))?,
            None => key_header.clone(),
        };
        let config = RelayConfig {
            upstream,
            key,
            key_header,
            watch: watch.transpose()?,
            // The callers of a relay with their own keys may belong to different organizations of the service.
            archive: self.archive.unwrap_or(!self.callers_key),
            addresses,
            origins: parse_all(&self.origins, parse_origin)?,
            hosts: parse_all(&self.hosts, parse_host)?,
            timeout: timeout.transpose()?.unwrap_or(DEFAULT_TIMEOUT),
            max_response_bytes: max_response_mb.saturating_mul(1_000_000),
        };
        Ok((name, config))
    }
}

impl RelayConfig {
    /// Returns the address of the service as people write it, without a slash at the end.
    pub fn upstream_address(&self) -> &str {
        self.upstream.as_str().trim_end_matches('/')
    }
}

/// Parses the address of the service. An address that the policy refuses is found here; a name is checked when it is resolved.
fn parse_upstream(text: &str, addresses: &AddressPolicy) -> Result<Url> {
    let mut url = Url::parse(text.trim()).map_err(|error| {
        anyhow!("{text:?} is not a URL ({error}). Write it like \"https://api.example.com\"")
    })?;
    ensure!(
        matches!(url.scheme(), "https" | "http"),
        "{text:?} has the scheme {:?}. Write an address that begins with https://",
        url.scheme()
    );
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "the URL contains a user or a password. Remove it; the API key has settings of its own"
    );
    ensure!(
        url.query().is_none() && url.fragment().is_none(),
        "{text:?} has a query or a fragment. Remove it"
    );
    ensure!(
        url.scheme() == "https" || is_this_machine(&url),
        "{text:?} would send the API key without encryption. Write https://"
    );
    if let Some(address) = literal_address(&url) {
        ensure!(
            addresses.allows(address),
            "{address} is not a public address. If the service is really there, add allow_addresses = [\"{}\"]",
            address.to_canonical()
        );
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// The variables of this program are removed at its start, so that jobs cannot read them.
fn parse_variable(name: &str) -> Result<String> {
    ensure!(
        !name.is_empty() && !name.contains(['=', '\0']),
        "`key_env` = {name:?} is not a name of an environment variable"
    );
    ensure!(
        !name.starts_with(variables::PREFIX),
        "`key_env` = {name:?} begins with {}. Choose another name: variables with that prefix are settings of this program, which \
         removes them at its start",
        variables::PREFIX
    );
    Ok(name.to_owned())
}

fn parse_origin(text: &str) -> Result<String> {
    let url = Url::parse(text).ok().filter(|url| url.has_host() && matches!(url.scheme(), "https" | "http"));
    let origin = url.map(|url| url.origin().ascii_serialization());
    origin.filter(|origin| origin.eq_ignore_ascii_case(text.trim_end_matches('/'))).with_context(|| {
        format!("`origins`: {text:?} is not an origin. Write scheme, host and port, like \"https://console.example.com\"")
    })
}

fn parse_host(text: &str) -> Result<String> {
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
    };
    ensure!(
        is_name(text),
        "`hosts`: {text:?} is not a host name. Write it without scheme and port, like \"relay.example.com\""
    );
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, GatewayJob, parse};

    fn load(lines: &str) -> Result<Config> {
        parse::<GatewayJob>(&format!("[relay]\n{lines}"), Path::new("/folder"))
    }

    #[test]
    fn settings_have_defaults() {
        let config = load("upstream = \"https://api.example.com/base\"\nkey_file = \"key\"").unwrap();
        let relay = config.relay.unwrap();
        assert_eq!(config.organizations[0].name, "Relay");
        assert_eq!(relay.upstream.as_str(), "https://api.example.com/base/");
        assert_eq!(relay.upstream_address(), "https://api.example.com/base");
        assert_eq!(relay.key, KeySource::File("/folder/key".into()));
        assert_eq!((relay.key_header.as_str(), relay.archive, relay.watch), ("apikey", true, None));
        assert_eq!((relay.timeout.as_secs(), relay.max_response_bytes), (60, 1_024_000_000));
    }

    #[test]
    fn invalid_settings_are_refused_with_what_to_do() {
        let service = "upstream = \"https://api.example.com\"\n";
        let with_key = format!("{service}key_env = \"SERVICE_KEY\"\n");
        for (lines, expected) in [
            ("callers_key = true".to_owned(), "`relay.upstream` is missing"),
            ("upstream = \"api.example.com\"\ncallers_key = true".to_owned(), "is not a URL"),
            ("upstream = \"ftp://api.example.com\"\ncallers_key = true".to_owned(), "begins with https://"),
            ("upstream = \"http://api.example.com\"\ncallers_key = true".to_owned(), "without encryption"),
            ("upstream = \"http://10.0.0.1\"\ncallers_key = true".to_owned(), "without encryption"),
            (
                "upstream = \"https://a:b@api.example.com\"\ncallers_key = true".to_owned(),
                "a user or a password",
            ),
            (
                "upstream = \"https://api.example.com?key=x\"\ncallers_key = true".to_owned(),
                "a query or a fragment",
            ),
            (service.to_owned(), "no key of the service"),
            (format!("{with_key}callers_key = true"), "exclude each other"),
            (format!("{with_key}key_file = \"key\""), "exclude each other"),
            (format!("{service}key_env = \"TXJOBS_KEY\""), "begins with TXJOBS_"),
            (format!("{service}key_env = \"\""), "is not a name of an environment variable"),
            (format!("{service}callers_key = true\nwatch = \"5m\""), "needs a key of its own"),
            (format!("{with_key}watch = \"5m\"\narchive = false"), "fills the archive"),
            (format!("{with_key}watch = \"10ms\""), "shorter than a second"),
            (format!("{with_key}timeout = 0"), "`timeout` is zero"),
            (format!("{with_key}max_response_mb = 0"), "`max_response_mb` is zero"),
            (format!("{with_key}name = \" \""), "`name` is empty"),
            (format!("{with_key}name = \"a\\u0000\""), "has a zero character"),
            (format!("{with_key}origins = [\"console.example.com\"]"), "is not an origin"),
            (format!("{with_key}origins = [\"*\"]"), "is not an origin"),
            (format!("{with_key}origins = [\"https://console.example.com/path\"]"), "is not an origin"),
            (format!("{with_key}hosts = [\"https://relay.example.com\"]"), "is not a host name"),
            (format!("{with_key}hosts = [\"relay.example.com:8400\"]"), "is not a host name"),
            (format!("{with_key}allow_addresses = [\"intranet\"]"), "is not a network"),
            (format!("{with_key}upstream_key_header = \"host\""), "is a header that HTTP uses itself"),
            (format!("{with_key}upstreams = []"), "`upstreams` is unknown. Did you mean `upstream`?"),
            (format!("{with_key}[[organization]]\nname = \"Contoso\""), "Use two gateways for both"),
        ] {
            let error = format!("{:#}", load(&lines).unwrap_err());
            assert!(error.contains(expected), "{lines}: {error}");
            assert!(!error.contains("a:b"), "{error}");
        }
    }

    #[test]
    fn error_has_the_place_of_its_value() {
        let lines = "upstream = \"https://api.example.com\"\ncallers_key = true\norigins = [\n    \"https://a.example\",\n    \"*\",\n]";
        let error = format!("{:#}", load(lines).unwrap_err());
        assert!(error.starts_with("line 6, column 5: "), "{error}");
    }

    #[test]
    fn origins_and_hosts_ignore_case() {
        let lines = "upstream = \"https://api.example.com\"\ncallers_key = true\norigins = [\"HTTPS://Console.Example.com/\"]\n\
                     hosts = [\"Relay.Example.com\"]";
        let relay = load(lines).unwrap().relay.unwrap();
        assert_eq!(relay.origins, ["https://console.example.com"]);
        assert_eq!(relay.hosts, ["relay.example.com"]);
    }
}
