//! The parts that all operations share: servers and headers.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use super::kind::{constraints, kind};
use super::markdown::{inline, markdown};
use super::marks::extension_mark;
use super::spec::{Operation, Spec, list, members, text};
use super::values::possible_values;

/// Returns the section about servers.
pub fn servers(spec: &Spec) -> Markup {
    html! {
        section id="servers" {
            div.opening { h2 { "Servers" } }
            article {
                div.description {
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
                                    (possible_values(spec, variable))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Returns the headers of all responses, each once.
pub fn headers_of<'a>(spec: &'a Spec, operations: &[Operation<'a>]) -> BTreeMap<&'a str, &'a Value> {
    let responses =
        operations.iter().flat_map(Operation::responses).map(|(_, response)| spec.resolve(response));
    responses
        .flat_map(|response| members(&response["headers"]))
        .map(|(name, header)| (name, spec.resolve(header)))
        .collect()
}

/// Returns the section about headers.
pub fn headers(spec: &Spec, operations: &[Operation<'_>]) -> Markup {
    let headers = headers_of(spec, operations);
    html! {
        @if !headers.is_empty() {
            section id="headers" {
                div.opening { h2 { "Headers" } }
                article {
                    div.description {
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
            (possible_values(spec, schema))
            (constraints(schema, spec.default_of(schema), header.get("example")))
        }
    }
}
