//! Lengths of the style sheets.

use leptos::prelude::{document, window};

/// Returns a length in pixels from a custom property of the style sheet.
pub fn pixels(property: &str, default: u16) -> f64 {
    let value = document()
        .document_element()
        .and_then(|root| window().get_computed_style(&root).ok().flatten())
        .and_then(|style| style.get_property_value(property).ok());
    // The browser's parser ignores the unit, and Rust's has large tables.
    let pixels = value.map(|value| js_sys::parse_float(&value)).filter(|pixels| pixels.is_finite());
    pixels.unwrap_or(f64::from(default))
}

/// Formats a fraction as a percentage with three digits after the point. Rust's printing of floats is large.
pub fn percent(fraction: f64) -> String {
    let thousandths = (fraction * 100_000.0).round() as i64;
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, rest) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    format!("{sign}{whole}.{rest:03}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fraction_is_a_percentage() {
        let texts = [0.0, 0.5, 1.0, -0.25, 0.123_456, 1e-9].map(percent);
        assert_eq!(texts, ["0.000%", "50.000%", "100.000%", "-25.000%", "12.346%", "0.000%"]);
    }
}
