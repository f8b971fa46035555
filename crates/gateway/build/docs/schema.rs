//! One schema: its properties, or its values.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Spec, extension_mark,
    json::json,
    markdown::{markdown, without_lists},
    spec::{list, members, reference, text},
};

pub fn section(spec: &Spec, name: &str, schema: &Value) -> Markup {
    let is_enumeration = schema.get("enum").is_some();
    let description = text(schema, "description");
    html! {
        article.schema id={ "schema-" (name) } {
            div.said {
                h3 {
                    a.anchor href={ "#schema-" (name) } { (name) }
                    " " span.kind { (kind(schema)) }
                    (extension_mark(schema))
                }
                div.prose {
                    @if is_enumeration { (without_lists(spec, description)) } @else { (markdown(spec, description)) }
                }
                @if is_enumeration { (values(schema)) }
                @if schema.get("properties").is_some() {
                    dl.fields {
                        @for (name, of) in members(&schema["properties"]) {
                            (property(spec, name, of, list(&schema["required"])))
                        }
                    }
                }
            }
            @if let Some(example) = example(spec, schema) {
                div.shown { h4 { "Example" } (json(&example)) }
            }
        }
    }
}

/// What a value is, with a link where that is said elsewhere.
pub fn kind(schema: &Value) -> Markup {
    if let Some(name) = reference(schema) {
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    let kind = text(schema, "type");
    html! {
        @if kind == "array" { "array of " (self::kind(&schema["items"])) } @else { (kind) }
        @if let Some(format) = schema["format"].as_str() { " (" (format) ")" }
        @if let (Some(least), Some(most)) = (schema.get("minimum"), schema.get("maximum")) {
            " from " (least.to_string()) " to " (most.to_string())
        }
        @if schema["nullable"] == true { " or null" }
    }
}

/// A value without the quotes of JSON.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn property(spec: &Spec, name: &str, of: &Value, required: &[Value]) -> Markup {
    // A reference says nothing of its own: what it refers to describes it.
    let description = of.get("description").unwrap_or(&spec.resolve(of)["description"]);
    html! {
        dt {
            code.name { (name) } " "
            span.kind { (kind(of)) }
            @if required.iter().any(|r| r == name) { " " span.required { "required" } }
            (extension_mark(of))
        }
        dd { (without_lists(spec, description.as_str().unwrap_or_default())) }
    }
}

/// The values of an enumeration with their names and what they mean.
fn values(schema: &Value) -> Markup {
    let (names, meanings) = (list(&schema["x-enum-varnames"]), list(&schema["x-enum-descriptions"]));
    html! {
        table.values {
            thead { tr { th scope="col" { "Value" } th scope="col" { "Name" } th scope="col" { "Meaning" } } }
            tbody {
                @for ((value, name), meaning) in list(&schema["enum"]).iter().zip(names).zip(meanings) {
                    tr { td { code { (plain(value)) } } td { (plain(name)) } td { (plain(meaning)) } }
                }
            }
        }
    }
}

/// A schema's example; an object's is made of its properties'.
fn example(spec: &Spec, schema: &Value) -> Option<Value> {
    let of_properties = || {
        let examples = members(schema.get("properties")?).map(|(name, of)| {
            let example = of.get("example").or_else(|| spec.resolve(of).get("example"))?;
            Some((name.to_owned(), example.clone()))
        });
        Some(Value::Object(examples.collect::<Option<_>>()?))
    };
    schema.get("example").cloned().or_else(of_properties)
}
