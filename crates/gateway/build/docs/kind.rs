//! What a value is, and what binds it.

use maud::{Markup, html};
use serde_json::Value;

use super::spec::{list, reference, text};

/// What a value is, with a link where that is said elsewhere.
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

fn range(least: Option<&Value>, most: Option<&Value>, from: &str, unit: &str) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("{from} {least} to {most}{unit}"),
        (Some(least), None) => format!(", at least {least}{unit}"),
        (None, Some(most)) => format!(", at most {most}{unit}"),
        (None, None) => String::new(),
    }
}

/// What binds a value beside its kind: its pattern, its default, and an example that is not the default.
pub fn facts(schema: &Value, default: Option<&Value>, example: Option<&Value>) -> Markup {
    let example = example.filter(|example| Some(*example) != default);
    let facts = [("Pattern", schema.get("pattern")), ("Default", default), ("Example", example)];
    let facts: Vec<_> = facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    html! {
        @if !facts.is_empty() {
            p.example {
                @for (i, (name, value)) in facts.iter().enumerate() {
                    @if i > 0 { ". " }
                    (name) ": " code { (written(value)) }
                }
            }
        }
    }
}

/// A value without the quotes of JSON.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The same, with quotes where nothing would be left.
fn written(value: &Value) -> String {
    if value == "" { value.to_string() } else { plain(value) }
}
