//! Removes what identifies a server or its jobs from the texts of a report.

use serde_json::Value;
use uuid::Uuid;

use super::finding::map_texts;

/// The replacement of a text that may contain names.
const OMITTED: &str = "(omitted)";
/// The longest text of a server that a report contains, in characters.
const MAX_TEXT_CHARS: usize = 120;
/// A shorter name of a job is omitted only as a separate word, because it occurs in other words by chance.
const MIN_NAME_CHARS: usize = 3;
/// The number of hexadecimal digits of an id.
const ID_DIGITS: usize = 32;

/// The texts that a report must not contain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redaction {
    /// Texts that identify the server, and their placeholders.
    hosts: Vec<(String, String)>,
    /// The names of jobs, in lower case.
    job_names: Vec<String>,
    /// The ids so far. The placeholder of an id is its position.
    ids: Vec<Uuid>,
}

impl Redaction {
    /// Replaces this text, which identifies the server.
    pub(crate) fn add_host(&mut self, text: &str, placeholder: impl Into<String>) {
        if !text.is_empty() {
            self.hosts.push((text.to_owned(), placeholder.into()));
        }
    }

    /// Omits texts of the server with this name of a job.
    pub(crate) fn add_job_name(&mut self, name: &str) {
        let name = name.trim().to_lowercase();
        if !name.is_empty() {
            self.job_names.push(name);
        }
    }

    /// Keeps the texts that identify the server.
    pub(crate) fn include_hosts(&mut self) {
        self.hosts.clear();
    }

    /// Redacts a text of this program.
    pub(crate) fn redact_text(&mut self, text: &str) -> String {
        let hosts = self
            .hosts
            .iter()
            .fold(text.to_owned(), |text, (host, placeholder)| replace_words(&text, host, placeholder));
        self.replace_ids(&hosts)
    }

    /// Redacts the texts of a detail, which may be from the server.
    pub(crate) fn redact_detail(&mut self, value: &Value) -> Value {
        let mut value = value.clone();
        let redaction = std::cell::RefCell::new(self);
        map_texts(&mut value, &|text| redaction.borrow_mut().redact_server_text(text));
        value
    }

    fn redact_server_text(&mut self, text: &str) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_./;:,=+()*\"".contains(c);
        if text.chars().count() > MAX_TEXT_CHARS || !text.chars().all(is_plain) {
            return OMITTED.to_owned();
        }
        let lower = text.to_lowercase();
        let contains = |name: &String| match name.chars().count() {
            0..MIN_NAME_CHARS => lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == name),
            _ => lower.contains(name.as_str()),
        };
        if self.job_names.iter().any(contains) {
            return OMITTED.to_owned();
        }
        self.redact_text(text)
    }

    /// Replaces ids with placeholders. The same id, in any form, has the same placeholder.
    fn replace_ids(&mut self, text: &str) -> String {
        let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
        let (mut replaced, mut rest) = (String::new(), text);
        while let Some(start) = rest.find(is_part) {
            replaced.push_str(&rest[..start]);
            let run = &rest[start..];
            let length = run.find(|c| !is_part(c)).unwrap_or(run.len());
            let digits: String = run[..length].chars().filter(|c| *c != '-').collect();
            if digits.len() < ID_DIGITS {
                replaced.push_str(&run[..length]);
            } else {
                replaced.push_str(&self.placeholder(&digits));
            }
            rest = &run[length..];
        }
        replaced + rest
    }

    fn placeholder(&mut self, digits: &str) -> String {
        let Ok(id) = digits.parse::<Uuid>() else { return OMITTED.to_owned() };
        let position = self.ids.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.ids.push(id);
            self.ids.len() - 1
        });
        format!("ID-{}", position + 1)
    }
}

/// Replaces each occurrence of `word` that is not a part of a longer word.
fn replace_words(text: &str, word: &str, replacement: &str) -> String {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(word) {
        let end = start + word.len();
        let before = rest[..start].chars().next_back();
        let after = rest[end..].chars().next();
        let is_word = !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric);
        replaced.push_str(&rest[..start]);
        replaced.push_str(if is_word { replacement } else { word });
        rest = &rest[end..];
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn id_in_any_form_has_a_stable_placeholder() {
        let mut redaction = Redaction::default();
        let text = "a 3F2B8C1E-5D47-4A9B-8E60-1C9F2A7D4B35, b 00000000-0000-0000-0000-000000000000 \
                    {3f2b8c1e5d474a9b8e601c9f2a7d4b35} dead-beef 2026-03-14";
        assert_eq!(redaction.redact_text(text), "a ID-1, b ID-2 {ID-1} dead-beef 2026-03-14");
        assert_eq!(redaction.redact_text(&"a".repeat(64)), OMITTED);
    }

    #[test]
    fn host_is_replaced_as_a_word() {
        let mut redaction = Redaction::default();
        redaction.add_host("https://api.example.com/tenant", "https://SERVER");
        redaction.add_host("api.example.com", "SERVER");
        let text = "https://api.example.com/tenant, api.example.com:81, myapi.example.com.au";
        assert_eq!(redaction.redact_text(text), "https://SERVER, SERVER:81, myapi.example.com.au");
        redaction.include_hosts();
        assert_eq!(redaction.redact_text(text), text);
    }

    #[test]
    fn text_of_the_server_with_a_job_name_is_omitted() {
        let mut redaction = Redaction::default();
        redaction.add_job_name("Nightly Load");
        redaction.add_job_name("a");
        let value = json!({ "Job.nightly load": [1, "application/json"], "x": "line\nbreak", "y": "is a" });
        let redacted = json!({ "(omitted)": [1, "application/json"], "x": OMITTED, "y": OMITTED });
        assert_eq!(redaction.redact_detail(&value), redacted);
    }
}
