//! `config.json` beside the page: what whoever hosts the console presets. Optional, and never a reason for noise.

use txjobs_sdk::{
    ApiKey,
    decode::{self, LenientValue},
};

use crate::profile::{Color, Profile};

/// What is preset. Every part is optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preset {
    /// The servers to choose from. A domain that begins with a dot or a slash is relative to the page.
    pub profiles: Vec<Profile>,
    /// A key of the first that is no secret, offered with one press.
    pub demo_key: Option<ApiKey>,
}

impl Preset {
    /// Reads the file: one profile, or several as `profiles`. What it lacks, or what is not a text, is not preset.
    pub fn parse(body: &[u8]) -> Self {
        let Ok(all) = decode::json::<LenientValue>(body) else { return Self::default() };
        let mut profiles = Vec::new();
        if let Some(LenientValue::Array(several)) = all.fields("profiles").next() {
            profiles.extend(several.iter().filter_map(profile));
        }
        if profiles.is_empty() {
            profiles.extend(profile(&all));
        }
        let demo_key = text(&all, "demoKey").and_then(|key| ApiKey::new(key).ok());
        Self { profiles, demo_key }
    }
}

fn text(fields: &LenientValue, name: &str) -> Option<String> {
    let text = fields.fields(name).find_map(LenientValue::as_str)?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A profile, if it says where its server is.
fn profile(fields: &LenientValue) -> Option<Profile> {
    let usual = Profile::default();
    Some(Profile {
        domain: text(fields, "domain")?,
        name: text(fields, "name").unwrap_or_default(),
        header: text(fields, "keyHeader").unwrap_or(usual.header),
        color: Color::named(&text(fields, "color").unwrap_or_default()),
        is_production: fields.fields("production").any(|flag| *flag == LenientValue::Bool(true)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_profile() {
        let preset =
            Preset::parse(br#"{"name":"Demo","domain":"./","keyHeader":"x-key","demoKey":"k","more":1}"#);
        let expected = Profile {
            name: "Demo".into(),
            domain: "./".into(),
            header: "x-key".into(),
            ..Profile::default()
        };
        assert_eq!(preset.profiles, [expected]);
        assert!(preset.demo_key.is_some());
    }

    #[test]
    fn several_profiles() {
        let preset = Preset::parse(
            br#"{"profiles": [
                {"name": "Test", "domain": "test.example.com", "color": "green"},
                {"name": "Lost"}, 7,
                {"name": "Production", "domain": "api.example.com", "color": "red", "production": true}]}"#,
        );
        let seen: Vec<_> =
            preset.profiles.iter().map(|p| (p.name.as_str(), p.color, p.is_production)).collect();
        assert_eq!(seen, [("Test", Color::Green, false), ("Production", Color::Red, true)]);
    }

    #[test]
    fn what_is_broken_presets_nothing() {
        for body in [
            "",
            "<!doctype html>",
            "[]",
            "null",
            "{\"name\":7,\"domain\":\" \",\"demoKey\":\"a b\"}",
            "{\"profiles\":{\"domain\":\"x\"}}",
            "{",
        ] {
            assert_eq!(Preset::parse(body.as_bytes()), Preset::default(), "{body}");
        }
    }
}
