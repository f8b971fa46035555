//! What is said once for all operations: servers and headers.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Operation, Spec,
    choices::choices,
    extension_mark,
    kind::{facts, kind},
    markdown::{inline, markdown},
    spec::{list, members, text},
};

pub fn servers(spec: &Spec) -> Markup {
    html! {
        section id="servers" {
            div.opening { h2 { "Servers" } }
            article {
                div.said {
                    dl.fields {
                        @for server in list(spec.at("/servers")) {
                            dt { code.name { (text(server, "url")) } }
                            dd {
                                (markdown(spec, text(server, "description")))
                                @for (name, variable) in members(&server["variables"]) {
                                    p {
                                        code { (name) } ": " (inline(spec, text(variable, "description")))
                                        " Default: " code { (text(variable, "default")) } "."
                                    }
                                    (choices(spec, variable))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The headers of all answers, each once.
pub fn headers_of<'a>(spec: &'a Spec, operations: &[Operation<'a>]) -> BTreeMap<&'a str, &'a Value> {
    let answers =
        operations.iter().flat_map(Operation::responses).map(|(_, response)| spec.resolve(response));
    answers
        .flat_map(|answer| members(&answer["headers"]))
        .map(|(name, header)| (name, spec.resolve(header)))
        .collect()
}

pub fn headers(spec: &Spec, operations: &[Operation<'_>]) -> Markup {
    let headers = headers_of(spec, operations);
    html! {
        @if !headers.is_empty() {
            section id="headers" {
                div.opening { h2 { "Headers" } }
                article {
                    div.said {
                        dl.fields {
                            @for (name, header) in headers { (self::header(spec, name, header)) }
                        }
                    }
                }
            }
        }
    }
}

fn header(spec: &Spec, name: &str, header: &Value) -> Markup {
    let schema = &header["schema"];
    html! {
        dt id={ "header-" (name.to_lowercase()) } {
            code.name { (name) } " "
            span.kind { (kind(schema)) }
            (extension_mark(header))
        }
        dd {
            (markdown(spec, text(header, "description")))
            (choices(spec, schema))
            (facts(schema, spec.default_of(schema), header.get("example")))
        }
    }
}
