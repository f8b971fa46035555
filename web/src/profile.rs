//! A server profile: name, domain, key header, and the color that marks the page.

use txjobs_sdk::paths;

use crate::{
    browser,
    config::Preset,
    domain::{self, DomainProblem, is_this_machine},
};

/// A server, without its key. Profiles are saved in the browser's storage in clear text; keys are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub domain: String,
    pub header: String,
    pub color: Color,
    /// Whether the console warns before each run.
    pub is_production: bool,
}

/// The color of a profile, which marks the page while the profile is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    #[default]
    Blue,
    Green,
    Amber,
    Red,
    Violet,
    Gray,
}

impl Color {
    pub const ALL: [Self; 6] = [Self::Blue, Self::Green, Self::Amber, Self::Red, Self::Violet, Self::Gray];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Violet => "violet",
            Self::Gray => "gray",
        }
    }

    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|color| color.name() == name).unwrap_or_default()
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: String::new(),
            domain: String::new(),
            header: paths::API_KEY_HEADER.to_owned(),
            color: Color::default(),
            is_production: false,
        }
    }
}

impl Profile {
    /// Returns the name of the server, or its domain if it has no name.
    pub fn title(&self) -> String {
        let name = self.name.trim();
        if !name.is_empty() {
            return name.to_owned();
        }
        let domain = self.domain.trim().trim_end_matches('/');
        if is_this_machine(domain) {
            return "Local gateway".to_owned();
        }
        domain.split_once("://").map_or(domain, |(_, rest)| rest).to_owned()
    }

    /// Returns an id of one line. The name is part of it, because a server can have a profile for each key.
    pub fn id(&self) -> String {
        format!("{} {}", self.title(), self.domain.trim()).replace(['\r', '\n'], " ")
    }

    /// Returns the base URL of the server, without a trailing slash.
    ///
    /// # Errors
    ///
    /// Returns an error if the domain is not valid.
    pub fn base(&self) -> Result<String, DomainProblem> {
        domain::to_url(&self.domain).and_then(|url| browser::absolute(&url).ok_or(DomainProblem::NotAUrl))
    }
}

/// Encodes profiles as text, one line for each field.
pub fn write(profiles: &[Profile]) -> String {
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

/// Decodes the text of [`encode`]. An incomplete profile is skipped.
pub fn read(text: &str) -> Vec<Profile> {
    let mut lines = text.split('\n').map(str::to_owned);
    let mut next = move || {
        let (domain, header, name) = (lines.next()?, lines.next()?, lines.next()?);
        let (color, kind) = (Color::named(&lines.next()?), lines.next()?);
        Some(Profile { name, domain, header, color, is_production: kind == "production" })
    };
    std::iter::from_fn(&mut next).collect()
}

/// Returns the saved profiles followed by the preset ones. A preset of a saved server is skipped, so that the user's
/// name and color stay.
pub fn merge(own: Vec<Profile>, preset: &[Profile]) -> Vec<Profile> {
    let is_new = |profile: &&Profile| {
        let times = preset.iter().filter(|other| other.domain == profile.domain).count();
        !own.iter().any(|own| own.domain == profile.domain && (times == 1 || own.title() == profile.title()))
    };
    let new: Vec<_> = preset.iter().filter(is_new).cloned().collect();
    own.into_iter().chain(new).collect()
}

/// Loads the profiles and the initially selected one: the one used last, or else a preset one.
pub fn recall(preset: &Preset) -> (Vec<Profile>, Profile) {
    let whole = |profile: &Profile| {
        // Show a relative domain as an absolute URL, so that users see where their key is sent.
        let base = profile.base();
        let is_relative = profile.domain.starts_with(['.', '/']);
        let domain = base.ok().filter(|_| is_relative).unwrap_or_else(|| profile.domain.clone());
        Profile { domain, ..profile.clone() }
    };
    let preset: Vec<_> = preset.profiles.iter().map(whole).collect();
    let all = merge(read(&browser::recall(ALL).unwrap_or_default()), &preset);
    let last = browser::recall(LAST).and_then(|id| all.iter().find(|profile| profile.id() == id));
    // A single preset server is the one that serves this page. It has priority over the server used last.
    let at_home = preset.first().filter(|_| preset.len() == 1).map(|home| &home.domain);
    let last = last.filter(|last| at_home.is_none_or(|home| *home == last.domain));
    let home = at_home.and_then(|home| all.iter().find(|profile| profile.domain == *home));
    let first = last.or(home).or(all.first()).cloned().unwrap_or_default();
    (all, first)
}

/// Saves the profiles, without keys, for the next visit.
pub fn remember(profiles: &[Profile]) {
    browser::remember(ALL, &write(profiles));
}

/// Saves which profile was used last.
pub fn remember_last(profile: &Profile) {
    browser::remember(LAST, &profile.id());
}

const ALL: &str = "txjobs.profiles";
const LAST: &str = "txjobs.profile";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_is_the_name_or_the_domain() {
        let title = |name: &str, domain: &str| {
            Profile { name: name.into(), domain: domain.into(), ..Profile::default() }.title()
        };
        assert_eq!(title(" Production ", "x"), "Production");
        assert_eq!(title("", "https://api.example.com/tx/"), "api.example.com/tx");
        assert_eq!(title("", "http://127.0.0.1:8400"), "Local gateway");
    }
    fn profile(name: &str, domain: &str, color: Color) -> Profile {
        Profile { name: name.into(), domain: domain.into(), color, ..Profile::default() }
    }

    #[test]
    fn encoded_profiles_decode_to_the_same_profiles() {
        let mut all = [profile("", "x", Color::Red), profile("B\nC", "y", Color::Gray)];
        all[1].is_production = true;
        let back = read(&write(&all));
        all[1].name = "B C".into();
        assert_eq!(back, all);
        assert!(read("").is_empty() && read("x\nk\nn").is_empty());
    }

    #[test]
    fn merge_keeps_the_saved_name_of_a_preset_server() {
        let own = vec![profile("Mine", "x", Color::Red)];
        let preset = [profile("X", "x", Color::Blue), profile("Y", "y", Color::Blue)];
        let titles = |all: Vec<Profile>| all.iter().map(Profile::title).collect::<Vec<_>>();
        assert_eq!(titles(merge(own.clone(), &preset)), ["Mine", "Y"]);
        let twice = [profile("A", "x", Color::Blue), profile("B", "x", Color::Blue)];
        assert_eq!(titles(merge(own, &twice)), ["Mine", "A", "B"]);
    }
}
