//! Marks beside names.

use maud::{Markup, html};
use serde_json::Value;

/// Marks an extension of the vendor's article.
pub fn extension_mark(definition: &Value) -> Markup {
    html! { @if definition["x-extension"] == true { " " span.extension { "extension" } } }
}

/// Marks a required value.
pub fn required_mark() -> Markup {
    html! { span.required { "required" } }
}
