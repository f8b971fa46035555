//! A server as a person knows it: its name, where it is, and the colour that marks the page.

use txjobs_sdk::paths;

use crate::{browser, domain::is_this_machine};

/// A server, without its key. It may be remembered on this device; a key never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub domain: String,
    pub header: String,
    pub colour: Colour,
}

/// The colour of a profile: production is to look like production.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    #[default]
    Blue,
    Green,
    Amber,
    Red,
    Violet,
    Grey,
}

impl Colour {
    pub const ALL: [Self; 6] = [Self::Blue, Self::Green, Self::Amber, Self::Red, Self::Violet, Self::Grey];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Violet => "violet",
            Self::Grey => "grey",
        }
    }

    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|colour| colour.name() == name).unwrap_or_default()
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: String::new(),
            domain: String::new(),
            header: paths::API_KEY_HEADER.to_owned(),
            colour: Colour::default(),
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

    /// The profile that was used last on this device.
    pub fn recall() -> Option<Self> {
        let stored = browser::recall("txjobs.profile")?;
        let mut parts = stored.split('\n').map(str::to_owned);
        let (domain, header, name, colour) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self { name, domain, header, colour: Colour::named(&colour) })
    }

    /// Remembers it for the next visit.
    pub fn remember(&self) {
        let Self { name, domain, header, colour } = self;
        let name = name.replace('\n', " ");
        browser::remember("txjobs.profile", &format!("{domain}\n{header}\n{name}\n{}", colour.name()));
    }
}

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
}
