//! Saves profiles in the browser's storage and merges them with the presets.

use std::collections::HashSet;

use crate::{
    model::config::Preset,
    profiles::profile::{Color, Profile},
    utils::settings,
};

/// The most saved profiles. More would delay the start, and nobody chooses from them.
const MAX_PROFILES: usize = 200;

/// Encodes profiles as text, one line for each field.
pub fn encode(profiles: &[Profile]) -> String {
    let mut text = String::new();
    for Profile { name, domain, header, color, is_production } in profiles {
        let kind = if *is_production { "production" } else { "" };
        for part in [domain.as_str(), header, name, color.name(), kind] {
            text.push_str(&part.replace(['\r', '\n'], " "));
            text.push('\n');
        }
    }
    text
}

/// Decodes the text of [`encode`]. An incomplete profile is skipped, and so are all after the maximum.
pub fn decode(text: &str) -> Vec<Profile> {
    let mut lines = text.split('\n').map(str::to_owned);
    let mut next = move || {
        let (domain, header, name) = (lines.next()?, lines.next()?, lines.next()?);
        let (color, kind) = (Color::from_name(&lines.next()?), lines.next()?);
        Some(Profile { name, domain, header, color, is_production: kind == "production" })
    };
    std::iter::from_fn(&mut next).take(MAX_PROFILES).collect()
}

/// Returns the saved profiles followed by the preset ones. A preset of a saved server is skipped, so that the user's
/// name and color stay. Each id occurs once.
pub fn merge(saved: Vec<Profile>, preset: &[Profile]) -> Vec<Profile> {
    let is_new = |profile: &&Profile| {
        let count = preset.iter().filter(|other| other.domain == profile.domain).count();
        !saved
            .iter()
            .any(|saved| saved.domain == profile.domain && (count == 1 || saved.title() == profile.title()))
    };
    let new: Vec<_> = preset.iter().filter(is_new).cloned().collect();
    let mut ids = HashSet::new();
    saved.into_iter().chain(new).filter(|profile| ids.insert(profile.id())).collect()
}

/// Loads the profiles and the initially selected one: the one used last, or else a preset one.
pub fn load(preset: &Preset) -> (Vec<Profile>, Profile) {
    let with_absolute_domain = |profile: &Profile| {
        // Show a relative domain as an absolute URL, so that users see where their key is sent.
        let base = profile.base();
        let is_relative = profile.domain.starts_with(['.', '/']);
        let domain = base.ok().filter(|_| is_relative).unwrap_or_else(|| profile.domain.clone());
        Profile { domain, ..profile.clone() }
    };
    let preset: Vec<_> = preset.profiles.iter().map(with_absolute_domain).collect();
    let all = merge(decode(&settings::read(PROFILES).unwrap_or_default()), &preset);
    let last = settings::read(LAST_PROFILE).and_then(|id| all.iter().find(|profile| profile.id() == id));
    // A single preset server is the one that serves this page. It has priority over the server used last.
    let own_domain = preset.first().filter(|_| preset.len() == 1).map(|profile| &profile.domain);
    let last = last.filter(|last| own_domain.is_none_or(|domain| *domain == last.domain));
    let own_server = own_domain.and_then(|domain| all.iter().find(|profile| profile.domain == *domain));
    let first = last.or(own_server).or(all.first()).cloned().unwrap_or_default();
    (all, first)
}

/// Saves the profiles, without keys, for the next visit.
pub fn save(profiles: &[Profile]) {
    settings::write(PROFILES, &encode(profiles));
}

/// Saves which profile was used last.
pub fn save_last(profile: &Profile) {
    settings::write(LAST_PROFILE, &profile.id());
}

const PROFILES: &str = "txjobs.profiles";
const LAST_PROFILE: &str = "txjobs.profile";

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, domain: &str, color: Color) -> Profile {
        Profile { name: name.into(), domain: domain.into(), color, ..Profile::default() }
    }

    #[test]
    fn encoded_profiles_decode_to_the_same_profiles() {
        let mut all = [profile("", "x", Color::Red), profile("B\nC", "y", Color::Gray)];
        all[1].is_production = true;
        let back = decode(&encode(&all));
        all[1].name = "B C".into();
        assert_eq!(back, all);
        assert!(decode("").is_empty() && decode("x\nk\nn").is_empty());
        assert_eq!(decode(&"x\nk\nn\nblue\n\n".repeat(1_000)).len(), MAX_PROFILES);
    }

    #[test]
    fn merge_keeps_the_saved_name_of_a_preset_server() {
        let saved = vec![profile("Mine", "x", Color::Red)];
        let preset = [profile("X", "x", Color::Blue), profile("Y", "y", Color::Blue)];
        let titles = |all: Vec<Profile>| all.iter().map(Profile::title).collect::<Vec<_>>();
        assert_eq!(titles(merge(saved.clone(), &preset)), ["Mine", "Y"]);
        let twice = [profile("A", "x", Color::Blue), profile("B", "x", Color::Blue)];
        assert_eq!(titles(merge(saved, &twice)), ["Mine", "A", "B"]);
        let same = [profile("A", "x", Color::Blue), profile("A", "x", Color::Red)];
        assert_eq!(titles(merge(Vec::new(), &same)), ["A"]);
    }
}
