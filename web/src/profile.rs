//! A server as a person knows it: its name, where it is, and the color that marks the page.

use txjobs_sdk::paths;

use crate::{
    browser,
    config::Preset,
    domain::{self, DomainProblem, is_this_machine},
};

/// A server, without its key. It may be remembered on this device; a key never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub domain: String,
    pub header: String,
    pub color: Color,
    /// Whether a run here is to be asked for with more care.
    pub is_production: bool,
}

/// The color of a profile: production is to look like production.
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
    /// What to call the server: the name given to it, or where it is.
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

    /// What tells it from the others, in one line: a server can be there twice, once for each key.
    pub fn id(&self) -> String {
        format!("{} {}", self.title(), self.domain.trim()).replace(['\r', '\n'], " ")
    }

    /// The base URL of its server, without a slash at its end.
    ///
    /// # Errors
    ///
    /// What is given as its domain can be none.
    pub fn base(&self) -> Result<String, DomainProblem> {
        domain::to_url(&self.domain).and_then(|url| browser::absolute(&url).ok_or(DomainProblem::NotAUrl))
    }
}

/// All profiles in one text, a line for each part of each.
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

/// What [`write()`] wrote; a profile that is not whole is left out.
pub fn read(text: &str) -> Vec<Profile> {
    let mut lines = text.split('\n').map(str::to_owned);
    let mut next = move || {
        let (domain, header, name) = (lines.next()?, lines.next()?, lines.next()?);
        let (color, kind) = (Color::named(&lines.next()?), lines.next()?);
        Some(Profile { name, domain, header, color, is_production: kind == "production" })
    };
    std::iter::from_fn(&mut next).collect()
}

/// Those of this device and then those that are preset. Whoever gave a preset server another name or color keeps
/// them.
pub fn merge(own: Vec<Profile>, preset: &[Profile]) -> Vec<Profile> {
    let is_new = |profile: &&Profile| {
        let times = preset.iter().filter(|other| other.domain == profile.domain).count();
        !own.iter().any(|own| own.domain == profile.domain && (times == 1 || own.title() == profile.title()))
    };
    let new: Vec<_> = preset.iter().filter(is_new).cloned().collect();
    own.into_iter().chain(new).collect()
}

/// The profiles to choose from, and the one to begin with: the one that was used last, or else a preset one.
pub fn recall(preset: &Preset) -> (Vec<Profile>, Profile) {
    let whole = |profile: &Profile| {
        // People are to see where their key goes, so a domain that is relative to the page is shown in full.
        let base = profile.base();
        let is_relative = profile.domain.starts_with(['.', '/']);
        let domain = base.ok().filter(|_| is_relative).unwrap_or_else(|| profile.domain.clone());
        Profile { domain, ..profile.clone() }
    };
    let preset: Vec<_> = preset.profiles.iter().map(whole).collect();
    let all = merge(read(&browser::recall(ALL).unwrap_or_default()), &preset);
    let last = browser::recall(LAST).and_then(|id| all.iter().find(|profile| profile.id() == id));
    // One server that is preset is where the page came from: it wins over another that was used last.
    let at_home = preset.first().filter(|_| preset.len() == 1).map(|home| &home.domain);
    let last = last.filter(|last| at_home.is_none_or(|home| *home == last.domain));
    let home = at_home.and_then(|home| all.iter().find(|profile| profile.domain == *home));
    let first = last.or(home).or(all.first()).cloned().unwrap_or_default();
    (all, first)
}

/// Remembers them for the next visit. A key is not among them.
pub fn remember(profiles: &[Profile]) {
    browser::remember(ALL, &write(profiles));
}

/// Remembers which was used last.
pub fn remember_last(profile: &Profile) {
    browser::remember(LAST, &profile.id());
}

const ALL: &str = "txjobs.profiles";
const LAST: &str = "txjobs.profile";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_call_a_server() {
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
    fn profiles_come_back_as_they_were_kept() {
        let mut all = [profile("", "x", Color::Red), profile("B\nC", "y", Color::Gray)];
        all[1].is_production = true;
        let back = read(&write(&all));
        all[1].name = "B C".into();
        assert_eq!(back, all);
        assert!(read("").is_empty() && read("x\nk\nn").is_empty());
    }

    #[test]
    fn a_preset_server_keeps_the_name_that_it_was_given_here() {
        let own = vec![profile("Mine", "x", Color::Red)];
        let preset = [profile("X", "x", Color::Blue), profile("Y", "y", Color::Blue)];
        let titles = |all: Vec<Profile>| all.iter().map(Profile::title).collect::<Vec<_>>();
        assert_eq!(titles(merge(own.clone(), &preset)), ["Mine", "Y"]);
        let twice = [profile("A", "x", Color::Blue), profile("B", "x", Color::Blue)];
        assert_eq!(titles(merge(own, &twice)), ["Mine", "A", "B"]);
    }
}
