//! A schema with its properties or its values.

use maud::{Markup, html};
use serde_json::Value;

use super::example;
use super::json::json;
use super::kind::{constraints, kind};
use super::marks::{extension_mark, required_mark};
use super::spec::{Spec, list, members};
use super::values::{description, possible_values};

/// Returns the article about a schema.
pub fn section(spec: &Spec, name: &str, schema: &Value) -> Markup {
    let example = example::of_schema(spec, schema);
    html! {
        article.schema id={ "schema-" (name) } {
            div.description {
                h3 {
                    a.anchor href={ "#schema-" (name) } { (name) }
                    " " span.kind { (kind(schema)) }
                    (extension_mark(schema))
                }
                div.prose { (description(spec, schema)) }
                (possible_values(spec, schema))
                (constraints(schema, schema.get("default"), None))
                @if schema.get("properties").is_some() {
                    dl.fields {
                        @for (name, of) in members(&schema["properties"]) {
                            (property(spec, name, of, list(&schema["required"]), example.as_ref()))
                        }
                    }
                }
                @if schema["additionalProperties"] == false { p.content { "No other properties" } }
                @if let Some(text) = schema["not"]["description"].as_str() { p.content { "Refused: " (text) } }
            }
            @if let Some(example) = &example {
                div.examples { h4 { "Example" } (json(example)) }
            }
        }
    }
}

/// Returns a property. Its example is omitted if the example of the schema contains it.
fn property(
    spec: &Spec,
    name: &str,
    definition: &Value,
    required: &[Value],
    schema_example: Option<&Value>,
) -> Markup {
    // The target of a reference has the description.
    let described =
        if definition.get("description").is_some() { definition } else { spec.resolve(definition) };
    let example = definition
        .get("example")
        .filter(|example| schema_example.and_then(|example| example.get(name)) != Some(*example));
    html! {
        dt {
            code.name { (name) } " "
            span.kind { (kind(definition)) }
            @if required.iter().any(|r| r == name) { " " (required_mark()) }
            (extension_mark(definition))
        }
        dd {
            (description(spec, described))
            (possible_values(spec, definition))
            (constraints(definition, spec.default_of(definition), example))
        }
    }
}
