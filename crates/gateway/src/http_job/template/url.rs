//! URLs of requests with variables and secrets.

use anyhow::{Result, anyhow, ensure};
use reqwest::Url;

use super::text::{Template, Variable, Variables};
use crate::request_secrets::SecretValues;
use crate::request_template::{self, Part};

/// A URL with variables, whose origin is fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate {
    template: Template,
    /// The origin, unless the template begins with the address of the poll.
    origin: Option<String>,
    /// The URL for people, without its query.
    shown: String,
}

impl UrlTemplate {
    /// Checks a template. Its scheme, host, and port have no variables, and only its query has secrets.
    ///
    /// # Errors
    ///
    /// Fails if it is not a URL of a server.
    pub fn new(template: Template, text: &str) -> Result<Self> {
        let mut is_in_query = false;
        for (index, part) in template.0.iter().enumerate() {
            match part {
                Part::Text(text) => is_in_query |= text.contains('?'),
                Part::Secret(_) => {
                    ensure!(is_in_query, "the URL has a secret outside of its query. Put it into `headers`");
                }
                Part::Variable(Variable::PollUrl) => ensure!(
                    index == 0,
                    "`{{poll_url}}` is not at the start of the URL. Write it first, like \"{{poll_url}}/cancel\""
                ),
                Part::Variable(_) => {}
            }
        }
        let shown = text.split('?').next().unwrap_or_default().to_owned();
        let start = match template.0.first() {
            Some(Part::Variable(Variable::PollUrl)) => {
                return Ok(Self { template, origin: None, shown });
            }
            Some(Part::Text(text)) => text.as_str(),
            _ => "",
        };
        let rest = start.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
        let is_whole = matches!(template.0.as_slice(), [] | [Part::Text(_)]) || rest.contains(['/', '?']);
        ensure!(
            is_whole,
            "the URL has no host before its first variable. Write it like \"https://api.example.com/runs\""
        );
        let sample =
            template.render_escaped(&Variables::default(), &SecretValues::default(), |_| "x".to_owned());
        let url = Url::parse(&sample).map_err(|error| {
            anyhow!("{shown:?} is not a URL ({error}). Write it like \"https://api.example.com/runs\"")
        })?;
        ensure!(
            matches!(url.scheme(), "https" | "http"),
            "{shown:?} has the scheme {:?}. Write an address that begins with https://",
            url.scheme()
        );
        ensure!(
            url.username().is_empty() && url.password().is_none(),
            "the URL contains a user or a password. Write the header Authorization instead"
        );
        ensure!(url.fragment().is_none(), "{shown:?} has a fragment, which is never sent. Remove it");
        Ok(Self { template, origin: Some(url.origin().ascii_serialization()), shown })
    }

    /// Returns the template that is the address of the poll.
    pub(in crate::http_job) fn of_poll_url() -> Self {
        let template = request_template::Template(vec![Part::Variable(Variable::PollUrl)]);
        Self { template, origin: None, shown: String::new() }
    }

    /// Returns the origin. `None`: that of the poll.
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Returns the template.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Returns the URL for people, without its query and with the names of variables.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns the URL of a request.
    ///
    /// # Errors
    ///
    /// Fails if the values make it a URL of another origin.
    pub(in crate::http_job) fn render(
        &self,
        variables: &Variables,
        secrets: &SecretValues,
        origin: &str,
    ) -> Result<Url> {
        let text = self.template.render_encoded(variables, secrets);
        let poll_url = variables.poll_url.as_deref().filter(|_| self.origin.is_none());
        match poll_url.and_then(|url| Some((url, text.strip_prefix(url)?))) {
            Some((url, suffix)) => Ok(with_suffix(parse_of_origin(url, origin)?, suffix)),
            None => parse_of_origin(&text, origin),
        }
    }
}

/// Appends a path and a query to a URL of the engine, which may have its own query and a fragment.
fn with_suffix(mut url: Url, suffix: &str) -> Url {
    url.set_fragment(None);
    let (path, query) = suffix.split_once('?').unwrap_or((suffix, ""));
    if !path.is_empty() {
        let base = url.path().strip_suffix('/').filter(|_| path.starts_with('/')).unwrap_or(url.path());
        url.set_path(&format!("{base}{path}"));
    }
    if !query.is_empty() {
        let queries: Vec<_> = url.query().into_iter().chain([query]).collect();
        url.set_query(Some(&queries.join("&")));
    }
    url
}

/// Parses a URL that must have this origin. The error contains neither its query nor a password.
///
/// # Errors
///
/// Fails if it is not a URL, or one of another origin.
pub(in crate::http_job) fn parse_of_origin(text: &str, origin: &str) -> Result<Url> {
    let shown = shown(text);
    let url = Url::parse(text).map_err(|error| anyhow!("{shown:?} is not a URL ({error})"))?;
    ensure!(
        url.origin().ascii_serialization() == origin && url.username().is_empty() && url.password().is_none(),
        "{shown:?} does not belong to {origin}, so nothing is sent there"
    );
    Ok(url)
}

/// Returns a URL for people, without its query, its user, and its password.
fn shown(text: &str) -> String {
    let text = text.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = text.split_once("//") else { return text.to_owned() };
    let authority = rest.split(['/', '\\', '#']).next().unwrap_or_default();
    let user = authority.rfind('@').map_or(0, |end| end + 1);
    format!("{scheme}//{}", &rest[user..])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    fn url(text: &str) -> Result<UrlTemplate> {
        UrlTemplate::new(Template::parse(text, Variable::ALL, Path::new("/base"))?, text)
    }

    fn variables() -> Variables {
        Variables {
            run_id: Some(Value::from("a/b c?\u{e4}")),
            poll_url: Some("https://a.example/runs/7".to_owned()),
            ..Variables::default()
        }
    }

    #[test]
    fn suffix_of_the_poll_url_comes_before_its_query_and_fragment() {
        for (poll_url, template, expected) in [
            ("https://a.example/runs/7", "{poll_url}/cancel", "https://a.example/runs/7/cancel"),
            ("https://a.example/runs/7/", "{poll_url}/cancel", "https://a.example/runs/7/cancel"),
            ("https://a.example/runs/7?v=1", "{poll_url}/cancel", "https://a.example/runs/7/cancel?v=1"),
            (
                "https://a.example/runs/7?v=1#f",
                "{poll_url}/cancel?x=2",
                "https://a.example/runs/7/cancel?v=1&x=2",
            ),
            ("https://a.example/runs/7#f", "{poll_url}?x=2", "https://a.example/runs/7?x=2"),
            ("https://a.example/runs/7#f", "{poll_url}", "https://a.example/runs/7"),
            ("https://a.example", "{poll_url}/cancel", "https://a.example/cancel"),
            ("https://a.example/a%2Fb", "{poll_url}:cancel", "https://a.example/a%2Fb:cancel"),
        ] {
            let variables = Variables { poll_url: Some(poll_url.to_owned()), ..Variables::default() };
            let rendered =
                url(template).unwrap().render(&variables, &SecretValues::default(), "https://a.example");
            assert_eq!(rendered.unwrap().as_str(), expected);
        }
    }

    #[test]
    fn url_escapes_values_and_keeps_its_origin() {
        let secrets = SecretValues::default();
        let rendered = url("https://a.example/runs/{run_id}?x={run_id}").unwrap();
        assert_eq!(rendered.origin(), Some("https://a.example"));
        let address = rendered.render(&variables(), &secrets, "https://a.example").unwrap();
        assert_eq!(address.as_str(), "https://a.example/runs/a%2Fb%20c%3F%C3%A4?x=a%2Fb%20c%3F%C3%A4");
        let cancel = url("{poll_url}/cancel").unwrap();
        let address = cancel.render(&variables(), &secrets, "https://a.example").unwrap();
        assert_eq!(address.as_str(), "https://a.example/runs/7/cancel");
        assert!(cancel.render(&variables(), &secrets, "https://a.example:8443").is_err());
        for (other, origin) in [
            ("http://a.example/", "https://a.example"),
            ("https://a.example.evil.example/", "https://a.example"),
            ("https://a.example@evil.example/", "https://a.example"),
            ("https://user@a.example/", "https://a.example"),
            ("//evil.example/", "https://a.example"),
        ] {
            assert!(parse_of_origin(other, origin).is_err(), "{other}");
        }
        let error =
            parse_of_origin("https://user:pass@a.example/x@y?key=z", "https://a.example").unwrap_err();
        assert!(error.to_string().starts_with("\"https://a.example/x@y\" does not belong"), "{error}");
    }

    #[test]
    fn url_with_variable_origin_or_secret_path_is_refused() {
        for (text, expected) in [
            ("https://{run_id}.example/", "no host before its first variable"),
            ("https://a.example{run_id}/", "no host before its first variable"),
            ("{run_id}", "no host before its first variable"),
            ("https://a.example/${env:TOKEN}", "a secret outside of its query"),
            ("https://a.example/x{poll_url}", "not at the start"),
            ("https://a:b@a.example/", "a user or a password"),
            ("ftp://a.example/", "begins with https://"),
            ("a.example/runs", "is not a URL"),
            ("https://a.example/#x", "has a fragment"),
        ] {
            let error = url(text).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("a:b"), "{text}: {error}");
        }
        assert!(url("https://a.example?x={run_id}&code=${env:TOKEN}").is_ok());
    }
}
