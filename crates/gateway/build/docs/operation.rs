//! One operation: what it does, what it takes, what it answers.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Operation, Spec, answer, choices, command, extension_mark,
    kind::{facts, kind},
    markdown::markdown,
    security::Scheme,
    spec::{MEDIA_TYPE, optional, text},
};

pub fn section(spec: &Spec, operation: &Operation<'_>, scheme: &Scheme<'_>) -> Markup {
    html! {
        article.operation id=(operation.id) {
            div.said {
                h3 {
                    a.anchor href={ "#" (operation.id) } { (operation.summary()) }
                    (extension_mark(operation.said))
                }
                p.call { (method(operation)) code { (path(operation.path)) } }
                p.id { "operationId " code { (operation.id) } }
                @if let Some(description) = optional(operation.said, "description") {
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
                h4 { "Answers" }
                (answer::answers(spec, operation))
            }
            div.shown {
                h4 { "Request" }
                pre.command { code { (command::curl(spec, operation, scheme)) } }
                (answer::examples(spec, operation))
            }
        }
    }
}

pub fn method(operation: &Operation<'_>) -> Markup {
    html! { span class={ "method " (operation.method.to_lowercase()) } { (operation.method) } " " }
}

/// A path may be broken after a slash, and its slots stand out.
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
            @if parameter["required"] == true { " " (required()) }
            (extension_mark(parameter))
        }
        dd {
            (markdown(spec, text(parameter, "description")))
            (choices::choices(spec, schema))
            (facts(schema, spec.default_of(schema), parameter.get("example")))
        }
    }
}

fn body(spec: &Spec, operation: &Operation<'_>, body: &Value) -> Markup {
    let (taken, schema) = (&operation.said["requestBody"], &body["schema"]);
    html! {
        dl.fields {
            dt {
                (kind(schema)) " "
                span.kind { (MEDIA_TYPE) }
                @if taken["required"] == true { " " (required()) }
            }
            dd {
                @for said in [taken, spec.resolve(schema)] {
                    @if let Some(said) = optional(said, "description") { (markdown(spec, said)) }
                }
            }
        }
    }
}

pub fn required() -> Markup {
    html! { span.required { "required" } }
}
