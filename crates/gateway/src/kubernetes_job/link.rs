//! The address of a page about a run for people.

use anyhow::{Result, bail, ensure};

/// An address with the variables `{namespace}`, `{job_name}`, and `{pod}`.
#[derive(Clone, Debug)]
pub struct LinkTemplate(String);

/// The variables. Their values are names of Kubernetes, which need no encoding in a URL.
const VARIABLES: [&str; 3] = ["{namespace}", "{job_name}", "{pod}"];

impl LinkTemplate {
    /// Parses an address.
    ///
    /// # Errors
    ///
    /// Fails if it is no web address, or if a variable is unknown.
    pub fn parse(text: &str) -> Result<Self> {
        ensure!(
            text.starts_with("https://") || text.starts_with("http://"),
            "{text:?} is not a URL. Write it like \"https://dashboard.example.com/{{namespace}}/{{job_name}}\""
        );
        ensure!(
            !text.contains(|c: char| c.is_whitespace() || c.is_control()),
            "{text:?} has a blank or control character, which URLs cannot have"
        );
        let rest = VARIABLES.iter().fold(text.to_owned(), |rest, name| rest.replace(name, ""));
        if rest.contains(['{', '}']) {
            bail!("{text:?} has an unknown variable. Use {}", VARIABLES.join(", "));
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the address. `None`: it has a variable whose value is not known yet.
    pub(super) fn render(&self, namespace: &str, job_name: &str, pod: Option<&str>) -> Option<String> {
        if self.0.contains(VARIABLES[2]) && pod.is_none() {
            return None;
        }
        let values = [namespace, job_name, pod.unwrap_or_default()];
        let text = VARIABLES
            .iter()
            .zip(values)
            .fold(self.0.clone(), |text, (name, value)| text.replace(name, value));
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_with_the_pod_is_known_with_the_pod() {
        let link = LinkTemplate::parse("https://a.example/{namespace}/{job_name}?pod={pod}").unwrap();
        assert_eq!(link.render("etl", "txjobs-1", None), None);
        let text = link.render("etl", "txjobs-1", Some("txjobs-1-x"));
        assert_eq!(text.as_deref(), Some("https://a.example/etl/txjobs-1?pod=txjobs-1-x"));
        assert!(LinkTemplate::parse("https://a.example/{node}").is_err());
        assert!(LinkTemplate::parse("javascript:{pod}").is_err());
    }
}
