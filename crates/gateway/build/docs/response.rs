//! The responses of operations, and the responses that several operations share.

use maud::{Markup, html};
use serde_json::Value;

use super::example;
use super::json::json;
use super::kind::kind;
use super::markdown::{first_sentence, inline, markdown};
use super::spec::{Operation, Spec, body_of, members, reference, text};

/// Returns a status with the color of its class.
pub fn status(status: &str) -> Markup {
    let kind = match status.as_bytes().first() {
        Some(b'2') => "ok",
        Some(b'4') => "warn",
        _ => "bad",
    };
    html! { span class={ "status " (kind) } { (status) } }
}

/// Returns the responses of an operation.
pub fn responses(spec: &Spec, operation: &Operation<'_>) -> Markup {
    html! {
        dl.responses {
            @for (code, response) in operation.responses() {
                @let definition = spec.resolve(response);
                dt { (status(code)) }
                dd {
                    @match reference(response) {
                        Some(name) => p {
                            a href={ "#response-" (name) } { (inline(spec, first_sentence(text(definition, "description")))) }
                        },
                        None => (markdown(spec, text(definition, "description"))),
                    }
                    (content(spec, definition))
                }
            }
        }
    }
}

/// Returns examples of the responses that are not shared.
pub fn examples(spec: &Spec, operation: &Operation<'_>) -> Markup {
    let is_shown = |code: &str, response| code.starts_with('2') || reference(response).is_none();
    html! {
        @for (code, response) in operation.responses().filter(|(code, response)| is_shown(code, response)) {
            @if let Some(example) = example::of_body(spec, body_of(spec.resolve(response))) {
                h4 { "Response " (status(code)) }
                (json(&example))
            }
        }
    }
}

/// Returns the responses that operations share.
pub fn shared(spec: &Spec, operations: &[Operation<'_>]) -> Markup {
    html! {
        section id="responses" {
            div.opening { h2 { "Shared responses" } }
            @for (name, response) in spec.members("/components/responses") {
                article id={ "response-" (name) } {
                    div.description {
                        h3 {
                            a.anchor href={ "#response-" (name) } { (name) }
                            @for code in statuses(operations, name) { " " (status(code)) }
                        }
                        div.prose { (markdown(spec, text(response, "description"))) }
                        (content(spec, response))
                    }
                    @if let Some(example) = example::of_body(spec, body_of(response)) {
                        div.examples { h4 { "Example" } (json(&example)) }
                    }
                }
            }
        }
    }
}

/// Returns the statuses of a shared response, each once.
fn statuses<'a>(operations: &[Operation<'a>], name: &str) -> Vec<&'a str> {
    let uses = operations.iter().flat_map(Operation::responses).filter(|(_, r)| reference(r) == Some(name));
    let mut statuses: Vec<_> = uses.map(|(status, _)| status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// Returns the body and the headers of a response.
fn content(spec: &Spec, response: &Value) -> Markup {
    let headers: Vec<_> = members(&response["headers"]).collect();
    let schema = &body_of(response)["schema"];
    // The target of a reference has its own description.
    let description = schema["description"].as_str().filter(|text| response["description"] != *text);
    html! {
        p.content {
            @if schema.is_null() { "No body" } @else { "Body: " (kind(schema)) }
            @if let Some(text) = description { ". " (inline(spec, text.trim_end_matches('.'))) }
            @for (i, (name, _)) in headers.iter().enumerate() {
                (if i == 0 { ". Header: " } else { ", " })
                a href={ "#header-" (name.to_lowercase()) } { code { (name) } }
            }
        }
    }
}
