//! The translations of the texts.

use std::{collections::HashMap, sync::OnceLock};

/// The translations by their English texts.
static TRANSLATIONS: OnceLock<HashMap<String, String>> = OnceLock::new();

/// Shows all texts in these translations from now on. Called once, before the first text.
pub(super) fn set(translations: HashMap<String, String>) {
    // An error would mean that there are translations already.
    let _ = TRANSLATIONS.set(translations);
}

/// Translates a text. A text without a translation stays English.
pub fn t(english: &'static str) -> &'static str {
    TRANSLATIONS.get().and_then(|all| all.get(english)).map_or(english, String::as_str)
}

/// Replaces names in braces by their values. Other braces stay.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut parts = text.split('{');
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let value = part.split_once('}').and_then(|(name, rest)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, rest))
        });
        match value {
            Some((value, rest)) => {
                filled.push_str(value);
                filled.push_str(rest);
            }
            None => {
                filled.push('{');
                filled.push_str(part);
            }
        }
    }
    filled
}
