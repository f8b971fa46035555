//! The texts of the console in the language of the user.
//!
//! An English text stands in the code where it is used and is its own key, as with GNU gettext, so a view reads as it
//! looks. `locales/da.json` and `locales/de.json` translate all of them. A test compares the code with these files.
//!
//! The files are loaded at the start and only in their language. Libraries like `leptos_i18n` compile all languages into
//! the program, and each text with a value becomes a type of its own.

mod intl;
mod language;
mod translations;

use std::collections::HashMap;

pub use intl::{count, day_and_month, day_month_year, weekday};
pub use language::{Language, SETTING as LANGUAGE_SETTING};
use leptos::prelude::document;
pub use translations::{fill, t};

/// Shows the page in a language, or in English without translations. Called once, before the first text, because shown texts
/// do not change.
pub fn set_language(language: Language, translations: HashMap<String, String>) {
    let language = if translations.is_empty() { Language::English } else { language };
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("lang", language.code());
    }
    intl::set_language(language.code());
    translations::set(translations);
}

/// Translates a text with values: `tf!("{count} of {total} jobs", count = shown, total = all)`.
macro_rules! tf {
    ($english:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text::fill($crate::text::t($english), &[$((stringify!($name), &*$value.to_string())),+])
    };
}

/// Translates a text with a number, which `{n}` stands for: `tn!("{n} job", "{n} jobs", jobs)`. The first text is for 1.
macro_rules! tn {
    ($one:literal, $other:literal, $number:expr) => {{
        let number: usize = $number;
        let text = if number == 1 { $crate::text::t($one) } else { $crate::text::t($other) };
        $crate::text::fill(text, &[("n", &*$crate::text::count(number))])
    }};
}
pub(crate) use tf;
pub(crate) use tn;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_replaced() {
        assert_eq!(fill("{a} of {b}, {a}", &[("a", "1"), ("b", "{a}")]), "1 of {a}, 1");
        assert_eq!(fill("{} {x {y}", &[("y", "z")]), "{} {x z");
        assert_eq!(fill("", &[]), "");
    }

    #[test]
    fn english_texts_need_no_file() {
        assert_eq!(t("Jobs"), "Jobs");
        assert_eq!(tf!("{count} of {total}", count = 2, total = "many"), "2 of many");
        assert_eq!(tn!("{n} job", "{n} jobs", 1), "1 job");
        assert_eq!(tn!("{n} job", "{n} jobs", 1204), "1,204 jobs");
        assert_eq!(tn!("{n} job", "{n} jobs", 0), "0 jobs");
    }
}
