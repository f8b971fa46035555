//! What an operation answers, and the answers that several have in common.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Operation, Spec, example,
    json::json,
    kind::kind,
    markdown::{first_sentence, inline, markdown},
    spec::{body_of, members, reference, text},
};

/// A status with the color of its kind.
pub fn status(status: &str) -> Markup {
    let kind = match status.as_bytes().first() {
        Some(b'2') => "ok",
        Some(b'4') => "warn",
        _ => "bad",
    };
    html! { span class={ "status " (kind) } { (status) } }
}

pub fn answers(spec: &Spec, operation: &Operation<'_>) -> Markup {
    html! {
        dl.answers {
            @for (code, response) in operation.responses() {
                @let said = spec.resolve(response);
                dt { (status(code)) }
                dd {
                    @match reference(response) {
                        Some(name) => p {
                            a href={ "#answer-" (name) } { (inline(spec, first_sentence(text(said, "description")))) }
                        },
                        None => (markdown(spec, text(said, "description"))),
                    }
                    (carries(spec, said))
                }
            }
        }
    }
}

/// What an operation answers when it does what it is asked; what else it answers looks like what is shared.
pub fn examples(spec: &Spec, operation: &Operation<'_>) -> Markup {
    let is_shown = |code: &str, response| code.starts_with('2') || reference(response).is_none();
    html! {
        @for (code, response) in operation.responses().filter(|(code, response)| is_shown(code, response)) {
            @if let Some(example) = example::of_body(spec, body_of(spec.resolve(response))) {
                h4 { "Answer " (status(code)) }
                (json(&example))
            }
        }
    }
}

pub fn shared(spec: &Spec, operations: &[Operation<'_>]) -> Markup {
    html! {
        section id="answers" {
            div.opening { h2 { "Shared answers" } }
            @for (name, response) in spec.members("/components/responses") {
                article id={ "answer-" (name) } {
                    div.said {
                        h3 {
                            a.anchor href={ "#answer-" (name) } { (name) }
                            @for code in statuses(operations, name) { " " (status(code)) }
                        }
                        div.prose { (markdown(spec, text(response, "description"))) }
                        (carries(spec, response))
                    }
                    @if let Some(example) = example::of_body(spec, body_of(response)) {
                        div.shown { h4 { "Example" } (json(&example)) }
                    }
                }
            }
        }
    }
}

/// The statuses that come with a shared answer, each once.
fn statuses<'a>(operations: &[Operation<'a>], name: &str) -> Vec<&'a str> {
    let of_it = operations.iter().flat_map(Operation::responses).filter(|(_, r)| reference(r) == Some(name));
    let mut statuses: Vec<_> = of_it.map(|(status, _)| status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// An answer's body and its headers.
fn carries(spec: &Spec, response: &Value) -> Markup {
    let headers: Vec<_> = members(&response["headers"]).collect();
    let schema = &body_of(response)["schema"];
    // What a reference refers to describes itself.
    let description = schema["description"].as_str().filter(|said| response["description"] != *said);
    html! {
        p.carries {
            @if schema.is_null() { "No body" } @else { "Body: " (kind(schema)) }
            @if let Some(said) = description { ". " (inline(spec, said.trim_end_matches('.'))) }
            @for (i, (name, _)) in headers.iter().enumerate() {
                (if i == 0 { ". Header: " } else { ", " })
                a href={ "#header-" (name.to_lowercase()) } { code { (name) } }
            }
        }
    }
}
