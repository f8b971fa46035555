//! Custom properties of the style sheets.

use leptos::prelude::{document, window};

/// Returns a length in pixels from a custom property of the style sheet.
pub fn pixels(property: &str, default: u16) -> f64 {
    let value = document()
        .document_element()
        .and_then(|root| window().get_computed_style(&root).ok().flatten())
        .and_then(|style| style.get_property_value(property).ok());
    let pixels = value.and_then(|value| value.trim().trim_end_matches("px").parse().ok());
    pixels.unwrap_or(f64::from(default))
}
