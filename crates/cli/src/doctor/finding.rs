//! The findings of a diagnosis.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use txjobs_sdk::ApiKey;

/// The longest text of a server in a detail, in characters.
const MAX_TEXT_CHARS: usize = 300;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Pass,
    Warn,
    Fail,
    /// The check was not done.
    Skip,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Pass => "✔",
            Self::Warn => "▲",
            Self::Fail => "✖",
            Self::Skip => "●",
        }
    }
}

/// What a check is about. The order is that of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Connection,
    Key,
    Responses,
    Format,
    Transfer,
    Clock,
    Limits,
    Cors,
    Extensions,
}

impl Subject {
    /// Returns the name in JSON and in the ids of findings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Key => "key",
            Self::Responses => "responses",
            Self::Format => "format",
            Self::Transfer => "transfer",
            Self::Clock => "clock",
            Self::Limits => "limits",
            Self::Cors => "cors",
            Self::Extensions => "extensions",
        }
    }

    /// Returns the heading in text.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Connection => "Connection",
            Self::Key => "API key",
            Self::Responses => "Responses",
            Self::Format => "Format",
            Self::Transfer => "Transfer",
            Self::Clock => "Clock",
            Self::Limits => "Rate limits",
            Self::Cors => "Browsers (CORS)",
            Self::Extensions => "Extensions",
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Where a detail is written, besides JSON, which has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// In the report.
    Report,
    /// In the text and in the report.
    TextAndReport,
    /// In the text. The report omits it, because it may identify the server or contain names.
    Text,
    /// Only in JSON.
    Json,
}

/// A value that belongs to a finding.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
    pub(crate) visibility: Visibility,
}

/// The result of one check. The message and the advice contain no text from the server; details do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Finding {
    pub(crate) id: String,
    pub(crate) subject: Subject,
    #[serde(rename = "Result")]
    pub(crate) outcome: Outcome,
    pub(crate) message: String,
    pub(crate) advice: Option<String>,
    #[serde(serialize_with = "serialize_details")]
    pub(crate) details: Vec<Detail>,
}

fn serialize_details<S: Serializer>(details: &[Detail], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(details.len()))?;
    for detail in details {
        map.serialize_entry(detail.name, &detail.value)?;
    }
    map.end()
}

impl Finding {
    pub(crate) fn new(subject: Subject, name: &str, outcome: Outcome, message: impl Into<String>) -> Self {
        let id = format!("{}.{name}", subject.name());
        Self { id, subject, outcome, message: message.into(), advice: None, details: Vec::new() }
    }

    pub(crate) fn pass(subject: Subject, name: &str, message: impl Into<String>) -> Self {
        Self::new(subject, name, Outcome::Pass, message)
    }

    pub(crate) fn warn(subject: Subject, name: &str, message: impl Into<String>) -> Self {
        Self::new(subject, name, Outcome::Warn, message)
    }

    pub(crate) fn fail(subject: Subject, name: &str, message: impl Into<String>) -> Self {
        Self::new(subject, name, Outcome::Fail, message)
    }

    pub(crate) fn skip(subject: Subject, name: &str, message: impl Into<String>) -> Self {
        Self::new(subject, name, Outcome::Skip, message)
    }

    /// Sets what to do.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Adds a detail for JSON and the report.
    pub(crate) fn detail(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, value, Visibility::Report)
    }

    /// Adds a detail for JSON, the text, and the report.
    pub(crate) fn shown_detail(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, value, Visibility::TextAndReport)
    }

    /// Adds a detail for JSON and the text.
    pub(crate) fn private_detail(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, value, Visibility::Text)
    }

    /// Adds a detail for JSON.
    pub(crate) fn json_detail(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, value, Visibility::Json)
    }

    fn with(mut self, name: &'static str, value: impl Into<Value>, visibility: Visibility) -> Self {
        self.details.push(Detail { name, value: value.into(), visibility });
        self
    }

    /// Masks the key in all texts, and truncates the texts of the details.
    fn mask(&mut self, key: Option<&ApiKey>) {
        let mask = |text: &str| key.map_or_else(|| text.to_owned(), |key| key.mask(text));
        self.message = mask(&self.message);
        self.advice = self.advice.as_deref().map(mask);
        for detail in &mut self.details {
            map_texts(&mut detail.value, &|text| truncate(mask(text)));
        }
    }
}

/// Replaces each string of a value.
pub(crate) fn map_texts(value: &mut Value, replace: &dyn Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = replace(text),
        Value::Array(values) => values.iter_mut().for_each(|value| map_texts(value, replace)),
        Value::Object(fields) => {
            let replaced = std::mem::take(fields).into_iter().map(|(name, mut value)| {
                map_texts(&mut value, replace);
                (replace(&name), value)
            });
            *fields = replaced.collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn truncate(text: String) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The findings so far. None of them contains the key.
#[derive(Debug)]
pub(crate) struct Findings {
    key: Option<ApiKey>,
    list: Vec<Finding>,
}

impl Findings {
    /// Creates an empty list. `key` is masked in all findings, because a server may repeat it.
    pub(crate) fn new(key: Option<ApiKey>) -> Self {
        Self { key, list: Vec::new() }
    }

    pub(crate) fn add(&mut self, mut finding: Finding) {
        finding.mask(self.key.as_ref());
        self.list.push(finding);
    }

    /// Returns the findings, ordered by subject.
    pub(crate) fn into_list(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| finding.subject);
        self.list
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn key_is_masked_in_all_texts_of_a_finding() {
        let mut findings = Findings::new(Some(ApiKey::new("s3cret-key").unwrap()));
        let finding = Finding::fail(Subject::Key, "accepted", "About s3cret-key.").advice("Use s3cret-key.");
        let nested = json!({ "s3cret-key": ["is s3cret%2Dkey", { "a": "s3cret-key" }] });
        findings.add(finding.detail("Nested", nested).private_detail("Text", "x".repeat(295) + "s3cret-key"));
        let list = findings.into_list();
        let document = serde_json::to_string(&list).unwrap();
        assert!(!document.contains("s3cret") && document.contains("***"), "{document}");
    }

    #[test]
    fn long_text_is_truncated() {
        let mut findings = Findings::new(None);
        findings.add(Finding::pass(Subject::Clock, "x", "y").detail("Text", "ü".repeat(9000)));
        let text = findings.into_list()[0].details[0].value.as_str().unwrap().to_owned();
        assert_eq!((text.chars().count(), text.ends_with('…')), (MAX_TEXT_CHARS + 1, true));
    }
}
