//! Light and dark.

use std::{fmt, str::FromStr};

use leptos::prelude::*;

use super::stored::Stored;
use crate::{text::t, utils::effects::effect};

/// The colors of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The setting of the system.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// In the order of the switch in the top bar.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// Returns the name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => t("system"),
            Self::Light => t("light"),
            Self::Dark => t("dark"),
        }
    }
}

/// Writes the name in the browser's storage, which `boot.js` reads as well.
impl fmt::Display for Theme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        })
    }
}

impl FromStr for Theme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|theme| theme.to_string() == text).ok_or_else(|| text.to_owned())
    }
}

/// Shows the page in a theme.
///
/// leptos-use has `use_color_mode` for this. It needs libraries for cookies and dates, a tenth of the console.
pub(super) fn apply_theme(theme: Stored<Theme>) {
    effect(move || {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", &theme.get().to_string());
        }
    });
}
