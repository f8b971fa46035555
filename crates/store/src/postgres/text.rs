//! Texts in the form in which PostgreSQL can store them.

use std::borrow::Cow;

/// Replaces the zero characters of a text, which PostgreSQL cannot store.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{2400}").into() } else { text.into() }
}
