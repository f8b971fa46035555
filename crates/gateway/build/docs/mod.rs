//! The contract as a page for people: no script, no request to anywhere else, nothing that the contract does not say.

mod json;
mod markdown;
mod operation;
mod schema;
mod shared;
mod spec;

use maud::{DOCTYPE, Markup, html};

use markdown::markdown;
use spec::text;
pub use spec::{Operation, Spec};

pub fn page(spec: &Spec) -> String {
    let info = spec.at("/info");
    let title = text(info, "title");
    let operations = spec.operations();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " " (text(info, "version")) " · reference" }
                // Relative, so that a proxy may serve all of this below a path of its own.
                link rel="icon" href="docs/icon.svg";
                link rel="stylesheet" href="docs/style.css";
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                header.top {
                    a.brand href="./" { "txjobs" }
                    span.where { "API reference" }
                    span.grow {}
                    a.button href="docs/openapi.yaml" { "openapi.yaml" }
                }
                div.columns {
                    (contents(spec, &operations))
                    main id="content" tabindex="-1" {
                        section.intro id="introduction" {
                            h1 { (title) " " span.version { (text(info, "version")) } }
                            div.prose { (markdown(spec, text(info, "description"))) }
                        }
                        (shared::servers(spec))
                        (shared::key(spec))
                        @for tag in spec.tags() { (group(spec, tag, &operations)) }
                        (shared::answers(spec))
                        (shared::headers(spec, &operations))
                        section id="schemas" {
                            div.opening { h2 { "Schemas" } }
                            @for (name, schema) in spec.members("/components/schemas") {
                                (schema::section(spec, name, schema))
                            }
                        }
                        footer {
                            "Made from " a href="docs/openapi.yaml" { "openapi.yaml" } ", licence "
                            a href=(text(&info["license"], "url")) { (text(&info["license"], "name")) } "."
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn group(spec: &Spec, tag: &serde_json::Value, operations: &[Operation<'_>]) -> Markup {
    let name = text(tag, "name");
    html! {
        section id={ "tag-" (name) } {
            div.opening {
                h2 { (name) }
                div.prose { (markdown(spec, text(tag, "description"))) }
            }
            @for operation in operations.iter().filter(|operation| operation.tag() == name) {
                (operation::section(spec, operation))
            }
        }
    }
}

fn contents(spec: &Spec, operations: &[Operation<'_>]) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            ul {
                li { a href="#introduction" { "Introduction" } }
                li { a href="#servers" { "Servers" } }
                li { a href="#key" { "API key" } }
            }
            @for tag in spec.tags() {
                h2 { (text(tag, "name")) }
                ul {
                    @for operation in operations.iter().filter(|o| o.tag() == text(tag, "name")) {
                        li {
                            a href={ "#" (operation.id) } {
                                (operation::method(operation)) span { (operation.summary()) }
                            }
                        }
                    }
                }
            }
            h2 { "Shared" }
            ul {
                li { a href="#answers" { "Refusals and trouble" } }
                li { a href="#headers" { "Headers" } }
            }
            h2 { a href="#schemas" { "Schemas" } }
            ul.schemas {
                @for (name, _) in spec.members("/components/schemas") {
                    li { a href={ "#schema-" (name) } { (name) } }
                }
            }
        }
    }
}

/// The mark on what is not in the vendor's article.
fn extension_mark(of: &serde_json::Value) -> Markup {
    html! { @if of["x-extension"] == true { " " span.extension { "extension" } } }
}
