//! `config.json` beside the page: what whoever hosts the console presets. Optional, and never a reason for noise.

use txjobs_sdk::{
    ApiKey,
    decode::{self, Loose},
};

/// What is preset. Every part is optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preset {
    /// What to call the server.
    pub name: Option<String>,
    /// Its domain; one that begins with a dot or a slash is relative to the page.
    pub domain: Option<String>,
    /// The header that carries the key.
    pub key_header: Option<String>,
    /// A key that is no secret, offered with one press.
    pub demo_key: Option<ApiKey>,
}

impl Preset {
    /// Reads the file; what it lacks, or what is not a text, is not preset.
    pub fn parse(body: &[u8]) -> Self {
        let Ok(fields) = decode::json::<Loose>(body) else { return Self::default() };
        let text = |name| {
            let text = fields.fields(name).find_map(Loose::as_text)?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        Self {
            name: text("name"),
            domain: text("domain"),
            key_header: text("keyHeader"),
            demo_key: text("demoKey").and_then(|key| ApiKey::new(key).ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it() {
        let preset =
            Preset::parse(br#"{"name":"Demo","domain":"./","keyHeader":"x-key","demoKey":"k","more":1}"#);
        assert_eq!(preset.name.as_deref(), Some("Demo"));
        assert_eq!(preset.domain.as_deref(), Some("./"));
        assert_eq!(preset.key_header.as_deref(), Some("x-key"));
        assert!(preset.demo_key.is_some());
    }

    #[test]
    fn what_is_broken_presets_nothing() {
        for body in
            ["", "<!doctype html>", "[]", "null", "{\"name\":7,\"domain\":\" \",\"demoKey\":\"a b\"}", "{"]
        {
            assert_eq!(Preset::parse(body.as_bytes()), Preset::default(), "{body}");
        }
    }
}
