//! An operation with its parameters, its body and its responses.

use maud::{Markup, html};
use serde_json::Value;

use super::command;
use super::kind::{constraints, kind};
use super::markdown::markdown;
use super::marks::{extension_mark, required_mark};
use super::response;
use super::security::Scheme;
use super::spec::{MEDIA_TYPE, Operation, Spec, optional, text};
use super::values::possible_values;

/// Returns the article about an operation.
pub fn section(spec: &Spec, operation: &Operation<'_>, scheme: &Scheme<'_>) -> Markup {
    html! {
        article.operation id=(operation.id) {
            div.description {
                h3 {
                    a.anchor href={ "#" (operation.id) } { (operation.summary()) }
                    (extension_mark(operation.definition))
                }
                p.call { (method(operation)) code { (path(operation.path)) } }
                p.id { "operationId " code { (operation.id) } }
                @if let Some(description) = optional(operation.definition, "description") {
                    div.prose { (markdown(spec, description)) }
                }
                @if !operation.parameters.is_empty() {
                    h4 { "Parameters" }
                    dl.fields {
                        @for parameter in &operation.parameters { (self::parameter(spec, parameter)) }
                    }
                }
                @if let Some(body) = operation.body() {
                    h4 { "Body" }
                    (self::body(spec, operation, body))
                }
                h4 { "Responses" }
                (response::responses(spec, operation))
            }
            div.examples {
                h4 { "Request" }
                pre.command { code { (command::curl(spec, operation, scheme)) } }
                (response::examples(spec, operation))
            }
        }
    }
}

/// Returns the method with its color.
pub fn method(operation: &Operation<'_>) -> Markup {
    html! { span class={ "method " (operation.method.to_lowercase()) } { (operation.method) } " " }
}

/// Returns a path that can be wrapped after each slash, with highlighted parameters.
fn path(path: &str) -> Markup {
    html! {
        @for piece in path.split_inclusive('/') {
            @if piece.starts_with('{') { var { (piece.trim_end_matches('/')) } @if piece.ends_with('/') { "/" } }
            @else { (piece) }
            wbr;
        }
    }
}

fn parameter(spec: &Spec, parameter: &Value) -> Markup {
    let schema = &parameter["schema"];
    html! {
        dt {
            code.name { (text(parameter, "name")) } " "
            span.kind { (kind(schema)) ", in the " (text(parameter, "in")) }
            @if parameter["required"] == true { " " (required_mark()) }
            (extension_mark(parameter))
        }
        dd {
            (markdown(spec, text(parameter, "description")))
            (possible_values(spec, schema))
            (constraints(schema, spec.default_of(schema), parameter.get("example")))
        }
    }
}

fn body(spec: &Spec, operation: &Operation<'_>, body: &Value) -> Markup {
    let (definition, schema) = (&operation.definition["requestBody"], &body["schema"]);
    html! {
        dl.fields {
            dt {
                (kind(schema)) " "
                span.kind { (MEDIA_TYPE) }
                @if definition["required"] == true { " " (required_mark()) }
            }
            dd {
                @for part in [definition, spec.resolve(schema)] {
                    @if let Some(text) = optional(part, "description") { (markdown(spec, text)) }
                }
            }
        }
    }
}
