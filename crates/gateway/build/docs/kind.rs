//! The type of a value, and its constraints.

use maud::{Markup, html};
use serde_json::Value;

use super::spec::{list, reference, text};

/// Returns the type of a value, with a link to its schema if it has a name.
pub fn kind(schema: &Value) -> Markup {
    if let Some(name) = reference(schema) {
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    if let several @ [_, ..] = list(&schema["oneOf"]) {
        return html! { "one of " (several.len()) };
    }
    let kind = text(schema, "type");
    html! {
        @if kind == "array" { "array of " (self::kind(&schema["items"])) } @else { (kind) }
        @if let Some(format) = schema["format"].as_str() { " (" (format) ")" }
        (range(schema.get("minimum"), schema.get("maximum"), " from", ""))
        (range(schema.get("minLength"), schema.get("maxLength"), " of", " characters"))
        @if schema["nullable"] == true { " or null" }
    }
}

fn range(min: Option<&Value>, max: Option<&Value>, from: &str, unit: &str) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{from} {min} to {max}{unit}"),
        (Some(min), None) => format!(", at least {min}{unit}"),
        (None, Some(max)) => format!(", at most {max}{unit}"),
        (None, None) => String::new(),
    }
}

/// Returns the pattern, the default, and an example that is not the default.
pub fn constraints(schema: &Value, default: Option<&Value>, example: Option<&Value>) -> Markup {
    let example = example.filter(|example| Some(*example) != default);
    let constraints = [("Pattern", schema.get("pattern")), ("Default", default), ("Example", example)];
    let constraints: Vec<_> =
        constraints.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    html! {
        @if !constraints.is_empty() {
            p.example {
                @for (i, (name, value)) in constraints.iter().enumerate() {
                    @if i > 0 { ". " }
                    (name) ": " code { (visible(value)) }
                }
            }
        }
    }
}

/// Returns a value without the quotes of JSON.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns a value without quotes, unless it is empty.
fn visible(value: &Value) -> String {
    if value == "" { value.to_string() } else { plain(value) }
}
