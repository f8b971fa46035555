//! One schema: its properties, or its values.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Spec,
    choices::{choices, description},
    example, extension_mark,
    json::json,
    kind::{facts, kind},
    operation::required,
    spec::{list, members},
};

pub fn section(spec: &Spec, name: &str, schema: &Value) -> Markup {
    let example = example::of_schema(spec, schema);
    html! {
        article.schema id={ "schema-" (name) } {
            div.said {
                h3 {
                    a.anchor href={ "#schema-" (name) } { (name) }
                    " " span.kind { (kind(schema)) }
                    (extension_mark(schema))
                }
                div.prose { (description(spec, schema)) }
                (choices(spec, schema))
                (facts(schema, schema.get("default"), None))
                @if schema.get("properties").is_some() {
                    dl.fields {
                        @for (name, of) in members(&schema["properties"]) {
                            (property(spec, name, of, list(&schema["required"]), example.as_ref()))
                        }
                    }
                }
                @if schema["additionalProperties"] == false { p.carries { "No other properties" } }
                @if let Some(said) = schema["not"]["description"].as_str() { p.carries { "Refused: " (said) } }
            }
            @if let Some(example) = &example {
                div.shown { h4 { "Example" } (json(example)) }
            }
        }
    }
}

/// A property; its example only if it is not in the whole's.
fn property(spec: &Spec, name: &str, of: &Value, required: &[Value], whole: Option<&Value>) -> Markup {
    // A reference says nothing of its own: what it refers to describes it.
    let described = if of.get("description").is_some() { of } else { spec.resolve(of) };
    let example =
        of.get("example").filter(|example| whole.and_then(|whole| whole.get(name)) != Some(*example));
    html! {
        dt {
            code.name { (name) } " "
            span.kind { (kind(of)) }
            @if required.iter().any(|r| r == name) { " " (self::required()) }
            (extension_mark(of))
        }
        dd {
            (description(spec, described))
            (choices(spec, of))
            (facts(of, spec.default_of(of), example))
        }
    }
}
