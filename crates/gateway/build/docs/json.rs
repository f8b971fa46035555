//! Formats and colors JSON.

use maud::{Markup, html};
use serde_json::Value;

/// Returns formatted JSON.
pub fn json(value: &Value) -> Markup {
    html! { pre { code { (format_value(value, 0)) } } }
}

fn format_value(value: &Value, depth: usize) -> Markup {
    match value {
        Value::Array(items) if !items.is_empty() => html! {
            "["
            @for (i, item) in items.iter().enumerate() {
                (line(i > 0, depth + 1)) (format_value(item, depth + 1))
            }
            (line(false, depth)) "]"
        },
        Value::Object(members) if !members.is_empty() => html! {
            "{"
            @for (i, (name, value)) in members.iter().enumerate() {
                (line(i > 0, depth + 1)) span.name { (quoted(name)) } ": " (format_value(value, depth + 1))
            }
            (line(false, depth)) "}"
        },
        Value::String(text) => html! { span.text { (quoted(text)) } },
        other => html! { span.number { (other.to_string()) } },
    }
}

/// Ends a line and indents the next one.
fn line(comma: bool, depth: usize) -> String {
    format!("{}\n{:indent$}", if comma { "," } else { "" }, "", indent = depth * 2)
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
