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
    /// Returns the settings of a profile to change, as names and values. Empty if there is nothing to change.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let insecure_http = self.insecure_http.map(|allowed| allowed.to_string());
        let settings = [
            ("domain", self.domain.clone()),
            ("key_header", self.key_header.clone()),
            ("insecure_http", insecure_http),
        ];
        settings.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Returns the arguments of `txjobs profile set` for the settings. Empty if there is nothing to change.
    pub(crate) fn arguments(&self) -> String {
        let quote = |(name, value): (&str, String)| {
            // Quoting fails only for a zero byte, which no setting contains.
            let quoted = shlex::try_quote(&value).map_or_else(|_| format!("{value:?}"), Into::into);
            format!("{name}={quoted}")
        };
        self.settings().into_iter().map(quote).collect::<Vec<String>>().join(" ")
    }
}
