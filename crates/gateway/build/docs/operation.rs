//! One operation: what it does, what it takes, what it answers.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Operation, Spec, extension_mark,
    json::json,
    markdown::{first_sentence, inline, markdown},
    schema::{kind, plain},
    spec::{body_of, members, reference, text},
};

/// The variable that the command line reads as well.
const KEY_VARIABLE: &str = "TXJOBS_API_KEY";

pub fn section(spec: &Spec, operation: &Operation<'_>) -> Markup {
    html! {
        article.operation id=(operation.id) {
            div.said {
                h3 {
                    a.anchor href={ "#" (operation.id) } { (operation.summary()) }
                    (extension_mark(operation.said))
                }
                p.call { (method(operation)) code { (path(operation.path)) } }
                p.id { "operationId " code { (operation.id) } }
                div.prose { (markdown(spec, text(operation.said, "description"))) }
                @if !operation.parameters.is_empty() {
                    h4 { "Parameters" }
                    dl.fields {
                        @for parameter in &operation.parameters { (self::parameter(spec, parameter)) }
                    }
                }
                h4 { "Answers" }
                dl.answers {
                    @for (status, response) in operation.responses() { (answer(spec, status, response)) }
                }
            }
            div.shown {
                h4 { "Request" }
                pre.command { code { (curl(spec, operation)) } }
                @for (status, response) in operation.responses().filter(|(_, r)| r.get("$ref").is_none()) {
                    @if let Some(example) = spec.example_of(body_of(response)) {
                        h4 { "Answer " (self::status(status)) }
                        (json(example))
                    }
                }
            }
        }
    }
}

pub fn method(operation: &Operation<'_>) -> Markup {
    html! { span class={ "method " (operation.method.to_lowercase()) } { (operation.method) } " " }
}

/// A status with the colour of its kind.
pub fn status(status: &str) -> Markup {
    let kind = match status.as_bytes().first() {
        Some(b'2') => "ok",
        Some(b'4') => "warn",
        _ => "bad",
    };
    html! { span class={ "status " (kind) } { (status) } }
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
    html! {
        dt {
            code.name { (text(parameter, "name")) } " "
            span.kind { (kind(&parameter["schema"])) ", in the " (text(parameter, "in")) }
            @if parameter["required"] == true { " " span.required { "required" } }
            (extension_mark(parameter))
        }
        dd {
            (markdown(spec, text(parameter, "description")))
            @if let Some(example) = parameter.get("example") { p.example { "Example: " code { (plain(example)) } } }
        }
    }
}

fn answer(spec: &Spec, code: &str, response: &Value) -> Markup {
    let said = spec.resolve(response);
    html! {
        dt { (status(code)) }
        dd {
            @match reference(response) {
                Some(name) => {
                    p { a href={ "#answer-" (name) } { (inline(spec, first_sentence(text(said, "description")))) } }
                }
                None => (markdown(spec, text(said, "description"))),
            }
            (carries(said))
        }
    }
}

/// The type of an answer's body, and its headers.
pub fn carries(response: &Value) -> Markup {
    let headers: Vec<_> = members(&response["headers"]).collect();
    html! {
        p.carries {
            "Body: " (kind(&body_of(response)["schema"]))
            @for (i, (name, _)) in headers.iter().enumerate() {
                (if i == 0 { ". Header: " } else { ", " })
                a href={ "#header-" (name.to_lowercase()) } { code { (name) } }
            }
        }
    }
}

/// A command that shows the key to nobody: it is no argument of a program, and not in the shell's history.
fn curl(spec: &Spec, operation: &Operation<'_>) -> String {
    let (_, scheme) = spec.members("/components/securitySchemes").next().expect("the contract has a key");
    let header = text(scheme, "name");
    let mut path = operation.path.to_owned();
    for parameter in operation.parameters.iter().filter(|parameter| parameter["in"] == "path") {
        path = path.replace(&format!("{{{}}}", text(parameter, "name")), &plain(&parameter["example"]));
    }
    let method = match operation.method.as_str() {
        "GET" => String::new(),
        other => format!(" --request {other}"),
    };
    let server = spec.plain_server();
    format!("printf '{header}: %s' \"${KEY_VARIABLE}\" |\n  curl{method} --header @- \\\n  {server}{path}")
}
