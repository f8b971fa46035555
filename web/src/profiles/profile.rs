//! A server profile: name, domain, key header, and the color that marks the page.

use txjobs_sdk::paths;

use crate::{
    model::domain::{self, DomainError, is_this_machine, without_scheme},
    text::t,
    utils::address,
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

    /// Returns the name in files, in the browser's storage and in the style sheets.
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

    /// Returns the name on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Blue => t("blue"),
            Self::Green => t("green"),
            Self::Amber => t("amber"),
            Self::Red => t("red"),
            Self::Violet => t("violet"),
            Self::Gray => t("gray"),
        }
    }

    pub fn from_name(name: &str) -> Self {
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
        self.title_or(t("Local gateway"))
    }

    /// Returns the title. `local_gateway` is that of a server on this machine without a name.
    fn title_or(&self, local_gateway: &str) -> String {
        let name = self.name.trim();
        if !name.is_empty() {
            return name.to_owned();
        }
        let domain = self.domain.trim().trim_end_matches('/');
        if is_this_machine(domain) {
            return local_gateway.to_owned();
        }
        without_scheme(domain).to_owned()
    }

    /// Returns an id of one line. The name is part of it, because a server can have a profile for each key.
    /// It is stored, so it is the same in all languages.
    pub fn id(&self) -> String {
        format!("{} {}", self.title_or("Local gateway"), self.domain.trim()).replace(['\r', '\n'], " ")
    }

    /// Returns the base URL of the server, without a trailing slash.
    ///
    /// # Errors
    ///
    /// Returns an error if the domain is not valid.
    pub fn base(&self) -> Result<String, DomainError> {
        domain::to_url(&self.domain).and_then(|url| address::absolute(&url).ok_or(DomainError::InvalidUrl))
    }
}

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
}
