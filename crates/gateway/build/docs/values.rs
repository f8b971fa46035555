//! The values of an enumeration, and the alternatives of a `oneOf`.

use maud::{Markup, html};
use serde_json::Value;

use super::kind::{kind, plain};
use super::markdown::{inline, items, markdown, without_lists};
use super::spec::{Spec, list, members, reference, text};

/// Returns the description of a schema, without the list of an enumeration's values, which is a table.
pub fn description(spec: &Spec, schema: &Value) -> Markup {
    let text = text(schema, "description");
    if schema.get("enum").is_some() { without_lists(spec, text) } else { markdown(spec, text) }
}

/// Returns the values and the alternatives of a schema.
pub fn possible_values(spec: &Spec, schema: &Value) -> Markup {
    html! { (values(spec, schema)) (alternatives(spec, schema)) }
}

/// Returns the values of an enumeration, with their names and meanings.
fn values(spec: &Spec, schema: &Value) -> Markup {
    let values: Vec<_> = list(&schema["enum"]).iter().map(plain).collect();
    let names = list(&schema["x-enum-varnames"]);
    let meanings = meanings(spec, schema, &values);
    html! {
        @match values.as_slice() {
            [] => {}
            _ if !meanings.is_empty() => table.values.unnamed[names.is_empty()] {
                thead {
                    tr {
                        th scope="col" { "Value" }
                        @if !names.is_empty() { th scope="col" { "Name" } }
                        th scope="col" { "Meaning" }
                    }
                }
                tbody {
                    @for (i, (value, meaning)) in values.iter().zip(&meanings).enumerate() {
                        tr {
                            td { code { (value) } }
                            @if let Some(name) = names.get(i) { td { (plain(name)) } }
                            td { (meaning) }
                        }
                    }
                }
            },
            [only] => p.example { "Always " code { (only) } },
            several => p.example {
                "One of "
                @for (i, value) in several.iter().enumerate() { @if i > 0 { ", " } code { (value) } }
            },
        }
    }
}

/// Returns the meaning of each value, or nothing. The list of a description has items like `value - meaning`.
fn meanings(spec: &Spec, schema: &Value, values: &[String]) -> Vec<Markup> {
    let listed = items(schema["description"].as_str().unwrap_or_default());
    let listed: Vec<_> = listed.iter().map(|item| item.split_once(" - ").unwrap_or((item, ""))).collect();
    let is_of_values = listed.is_empty() || listed.iter().map(|(value, _)| *value).eq(values);
    assert!(
        values.is_empty() || is_of_values,
        "the description lists other values than {values:?}: {listed:?}"
    );
    match list(&schema["x-enum-descriptions"]) {
        [] => listed.iter().map(|(_, meaning)| inline(spec, meaning)).collect(),
        descriptions => descriptions.iter().map(|meaning| html! { (plain(meaning)) }).collect(),
    }
}

/// Returns the alternatives, which a property distinguishes.
fn alternatives(spec: &Spec, schema: &Value) -> Markup {
    let alternatives = list(&schema["oneOf"]);
    html! {
        @if !alternatives.is_empty() {
            h4 { "By " code { (text(&schema["discriminator"], "propertyName")) } }
            dl.fields {
                @for alternative in alternatives {
                    dt {
                        code.name { (value_of(&schema["discriminator"], alternative)) } " "
                        span.kind { (kind(alternative)) }
                    }
                    dd { (markdown(spec, text(spec.resolve(alternative), "description"))) }
                }
            }
        }
    }
}

/// Returns the value of the discriminator for an alternative. Without a mapping it is the name of the alternative.
fn value_of<'a>(discriminator: &'a Value, alternative: &'a Value) -> &'a str {
    let name = reference(alternative).expect("a reference in oneOf");
    let mapped =
        members(&discriminator["mapping"]).find(|(_, of)| plain(of).rsplit('/').next() == Some(name));
    mapped.map_or(name, |(value, _)| value)
}
