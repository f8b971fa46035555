//! The settings that a diagnosis recommends.

use serde::Serialize;

/// Settings of a client for the examined server. `None` is the current setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Recommendation {
    pub(crate) domain: Option<String>,
    pub(crate) key_header: Option<String>,
    /// Whether the key has to be sent without encryption.
    pub(crate) insecure_http: Option<bool>,
}

impl Recommendation {
    /// Returns the options of `txjobs profile set` for the settings. Empty if there is nothing to change.
    pub(crate) fn options(&self) -> String {
        let mut options = Vec::new();
        if let Some(domain) = &self.domain {
            // Quoting fails only for a zero byte, which no URL contains.
            let quoted = shlex::try_quote(domain).map_or_else(|_| format!("{domain:?}"), Into::into);
            options.push(format!("--domain {quoted}"));
        }
        if let Some(key_header) = &self.key_header {
            options.push(format!("--key-header {key_header}"));
        }
        if self.insecure_http == Some(true) {
            options.push("--insecure-http".to_owned());
        }
        options.join(" ")
    }
}
