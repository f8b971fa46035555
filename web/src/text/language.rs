//! The languages of the console.

use std::{fmt, str::FromStr};

use leptos::prelude::window;

use crate::utils::settings;

/// Where the choice is stored.
pub const SETTING: &str = "txjobs.language";

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// The first language of the browser that the console has, or English.
    #[default]
    Browser,
    English,
    Danish,
    German,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::Browser, Self::English, Self::Danish, Self::German];

    /// Returns the name in the language itself. `None` for the language of the browser.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Browser => None,
            Self::English => Some("English"),
            Self::Danish => Some("Dansk"),
            Self::German => Some("Deutsch"),
        }
    }

    /// Returns the language that the user has chosen, or the first one of the browser that the console has.
    pub fn of_user() -> Self {
        let chosen = settings::read(SETTING).and_then(|text| text.parse().ok()).unwrap_or_default();
        if chosen == Self::Browser { Self::of_browser() } else { chosen }
    }

    fn of_browser() -> Self {
        let wanted = window().navigator().languages();
        let known = |wanted: wasm_bindgen::JsValue| {
            let wanted = wanted.as_string()?;
            let primary = wanted.split('-').next().unwrap_or_default().to_owned();
            primary.parse().ok().filter(|language| *language != Self::Browser)
        };
        wanted.iter().find_map(known).unwrap_or(Self::English)
    }

    /// Returns the code of ISO 639. Empty for the language of the browser.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Browser => "",
            Self::English => "en",
            Self::Danish => "da",
            Self::German => "de",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|language| language.code() == text).ok_or_else(|| text.to_owned())
    }
}
