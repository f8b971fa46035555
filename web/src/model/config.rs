//! Decodes `config.json`, the optional file of presets beside the page. An invalid file counts as missing.

use txjobs_sdk::{
    ApiKey,
    decode::{self, LenientValue},
};

use crate::{
    profiles::profile::{Color, Profile},
    text,
    text::tf,
};

/// Presets of the console's host. Every part is optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preset {
    /// Preset servers. A domain that begins with a dot or a slash is relative to the page.
    pub profiles: Vec<Profile>,
    /// The preset servers that relay to another one.
    pub relays: Vec<Relay>,
    /// A public key of the first server, offered as a demo.
    pub demo_key: Option<ApiKey>,
    /// What was left out of the file because it is too large, for the user.
    pub warning: Option<String>,
}

/// A server that relays to another one, which the browser may not be able to use directly.
#[derive(Clone, Debug, PartialEq)]
pub struct Relay {
    pub profile: Profile,
    /// The domain of the other server.
    pub service: String,
}

impl Relay {
    /// Returns the base URL of the other server, without a trailing slash. Returns `None` if its domain is not valid.
    pub fn service(&self) -> Option<String> {
        Profile { domain: self.service.clone(), ..Profile::default() }.base().ok()
    }
}

impl Preset {
    /// The largest file. A larger one is not read, because decoding it would delay the start.
    pub const MAX_BYTES: usize = 256 * 1024;
    /// The most servers. More would hide the fields of the connect screen.
    const MAX_PROFILES: usize = 100;

    /// Returns the empty preset of a file that was not read because it is too large.
    pub fn too_large() -> Self {
        let warning = tf!(
            "The file config.json of this page is larger than {size} kB. Its servers are not offered.",
            size = Self::MAX_BYTES / 1024
        );
        Self { warning: Some(warning), ..Self::default() }
    }

    /// Decodes the file: one profile at the top level, or several in `profiles`. Invalid values are ignored.
    pub fn parse(body: &[u8]) -> Self {
        let Ok(all) = decode::json::<LenientValue>(body) else { return Self::default() };
        let (mut servers, mut warning) = (Vec::new(), None);
        if let Some(LenientValue::Array(several)) = all.fields("profiles").next() {
            servers.extend(several.iter().filter_map(server).take(Self::MAX_PROFILES));
            if several.len() > Self::MAX_PROFILES {
                warning = Some(tf!(
                    "The file config.json of this page has {count} servers. Only the first {max} are offered.",
                    count = text::count(several.len()),
                    max = Self::MAX_PROFILES
                ));
            }
        }
        if servers.is_empty() {
            servers.extend(server(&all));
        }
        let relay = |(profile, service): &(Profile, Option<String>)| {
            service.clone().map(|service| Relay { profile: profile.clone(), service })
        };
        let relays = servers.iter().filter_map(relay).collect();
        let profiles = servers.into_iter().map(|(profile, _)| profile).collect();
        let demo_key = text(&all, "demoKey").and_then(|key| ApiKey::new(key).ok());
        Self { profiles, relays, demo_key, warning }
    }
}

fn text(fields: &LenientValue, name: &str) -> Option<String> {
    let text = fields.fields(name).find_map(LenientValue::as_str)?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Decodes a profile, and the service that it relays to, if it does. Returns `None` without a domain.
fn server(fields: &LenientValue) -> Option<(Profile, Option<String>)> {
    Some((profile(fields)?, text(fields, "relayFor")))
}

/// Decodes a profile. Returns `None` without a domain.
fn profile(fields: &LenientValue) -> Option<Profile> {
    let usual = Profile::default();
    Some(Profile {
        domain: text(fields, "domain")?,
        name: text(fields, "name").unwrap_or_default(),
        header: text(fields, "keyHeader").unwrap_or(usual.header),
        color: Color::from_name(&text(fields, "color").unwrap_or_default()),
        is_production: fields.fields("production").any(|flag| *flag == LenientValue::Bool(true)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_profile_is_read_from_the_top_level() {
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
    fn profiles_without_a_domain_are_skipped() {
        let preset = Preset::parse(
            br#"{"profiles": [
                {"name": "Test", "domain": "test.example.com", "color": "green"},
                {"name": "Lost"}, 7,
                {"name": "Production", "domain": "api.example.com", "color": "red", "production": true}]}"#,
        );
        let profiles: Vec<_> =
            preset.profiles.iter().map(|p| (p.name.as_str(), p.color, p.is_production)).collect();
        assert_eq!(profiles, [("Test", Color::Green, false), ("Production", Color::Red, true)]);
    }

    #[test]
    fn relays_are_profiles_with_their_service() {
        let preset = Preset::parse(
            br#"{"profiles": [
                {"name": "Service", "domain": "api.example.com"},
                {"name": "Relay", "domain": "./", "relayFor": "https://api.example.com/"},
                {"name": "Odd", "domain": "odd.example.com", "relayFor": 7},
                {"name": "Lost", "relayFor": "https://api.example.com"}]}"#,
        );
        assert_eq!(preset.profiles.len(), 3);
        let relays: Vec<_> =
            preset.relays.iter().map(|relay| (relay.profile.name.as_str(), relay.service.as_str())).collect();
        assert_eq!(relays, [("Relay", "https://api.example.com/")]);
        let single = Preset::parse(br#"{"domain": "./", "relayFor": "https://api.example.com"}"#);
        assert_eq!((single.profiles.len(), single.relays.len()), (1, 1));
    }

    #[test]
    fn number_of_profiles_is_limited_with_a_warning() {
        let file = |count: usize| {
            let profiles: Vec<_> = (0..count).map(|n| format!("{{\"domain\":\"s{n}.example\"}}")).collect();
            Preset::parse(format!("{{\"profiles\":[{}]}}", profiles.join(",")).as_bytes())
        };
        assert_eq!(file(100).warning, None);
        let many = file(1_001);
        assert_eq!(many.profiles.len(), 100);
        let warning = "The file config.json of this page has 1,001 servers. Only the first 100 are offered.";
        assert_eq!(many.warning.as_deref(), Some(warning));
        assert!(Preset::too_large().warning.is_some_and(|text| text.contains("256 kB")));
    }

    #[test]
    fn invalid_file_presets_nothing() {
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
