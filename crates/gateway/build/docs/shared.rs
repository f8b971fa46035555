//! What is said once for all operations: servers, the key, refusals, headers.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    Operation, Spec, extension_mark,
    json::json,
    markdown::{inline, markdown},
    operation::carries,
    schema::{kind, plain},
    spec::{body_of, list, members, text},
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
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub fn key(spec: &Spec) -> Markup {
    html! {
        section id="key" {
            div.opening { h2 { "API key" } }
            @for (_, scheme) in spec.members("/components/securitySchemes") {
                article {
                    div.said {
                        p.call { span.method { (text(scheme, "in")) } " " code { (text(scheme, "name")) } }
                        div.prose {
                            (markdown(spec, text(scheme, "description")))
                            p {
                                "The commands on this page read the key from an environment variable and hand it to curl on \
                                 its standard input, so that it is in no list of processes and in no shell history."
                            }
                        }
                    }
                }
            }
        }
    }
}

pub fn answers(spec: &Spec) -> Markup {
    html! {
        section id="answers" {
            div.opening { h2 { "Refusals and trouble" } }
            @for (name, response) in spec.members("/components/responses") {
                article id={ "answer-" (name) } {
                    div.said {
                        h3 { a.anchor href={ "#answer-" (name) } { (name) } }
                        div.prose { (markdown(spec, text(response, "description"))) }
                        (carries(response))
                    }
                    @if let Some(example) = spec.example_of(body_of(response)) {
                        div.shown { h4 { "Example" } (json(example)) }
                    }
                }
            }
        }
    }
}

/// The headers of all answers, each once.
pub fn headers(spec: &Spec, operations: &[Operation<'_>]) -> Markup {
    let answers =
        operations.iter().flat_map(Operation::responses).map(|(_, response)| spec.resolve(response));
    let headers: BTreeMap<_, _> = answers.flat_map(|answer| members(&answer["headers"])).collect();
    html! {
        section id="headers" {
            div.opening { h2 { "Headers" } }
            article {
                div.said {
                    dl.fields {
                        @for (name, header) in headers {
                            @let header = spec.resolve(header);
                            dt id={ "header-" (name.to_lowercase()) } {
                                code.name { (name) } " "
                                span.kind { (kind(&header["schema"])) }
                                (extension_mark(header))
                            }
                            dd {
                                (markdown(spec, text(header, "description")))
                                @if let Some(example) = header.get("example") {
                                    p.example { "Example: " code { (plain(example)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
