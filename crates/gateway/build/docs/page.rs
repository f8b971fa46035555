//! The page of a specification.

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::contents::contents;
use super::markdown::markdown;
use super::operation;
use super::response;
use super::schema;
use super::security::{self, Scheme};
use super::shared;
use super::spec::{Operation, Spec, text};

/// Returns the page. `root` is the relative URL of the server's root.
pub fn page(spec: &Spec, root: &str) -> String {
    let info = spec.at("/info");
    let title = text(info, "title");
    let operations = spec.operations();
    let scheme = Scheme::of(spec);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " " (text(info, "version")) " · reference" }
                // Relative, so that a proxy can serve the server below another path.
                link rel="icon" href="docs/icon.svg";
                link rel="stylesheet" href="docs/style.css";
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                header.top {
                    a.brand href=(root) { "txjobs" }
                    span.where { "API reference" }
                    span.grow {}
                    a.button href="docs/openapi.yaml" { "openapi.yaml" }
                }
                div.columns {
                    (contents(spec, &operations, &scheme))
                    main id="content" tabindex="-1" {
                        section.intro id="introduction" {
                            h1 { (title) " " span.version { (text(info, "version")) } }
                            div.prose { (markdown(spec, text(info, "description"))) }
                        }
                        (shared::servers(spec))
                        (security::section(spec, &scheme))
                        @for tag in spec.tags() { (group(spec, tag, &operations, &scheme)) }
                        (response::shared(spec, &operations))
                        (shared::headers(spec, &operations))
                        section id="schemas" {
                            div.opening { h2 { "Schemas" } }
                            @for (name, schema) in spec.members("/components/schemas") {
                                (schema::section(spec, name, schema))
                            }
                        }
                        footer {
                            "Generated from " a href="docs/openapi.yaml" { "openapi.yaml" } ", license "
                            a href=(text(&info["license"], "url")) { (text(&info["license"], "name")) } "."
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn group(spec: &Spec, tag: &Value, operations: &[Operation<'_>], scheme: &Scheme<'_>) -> Markup {
    let name = text(tag, "name");
    html! {
        section id={ "tag-" (name) } {
            div.opening {
                h2 { (name) }
                div.prose { (markdown(spec, text(tag, "description"))) }
            }
            @for operation in operations.iter().filter(|operation| operation.tag() == name) {
                (operation::section(spec, operation, scheme))
            }
        }
    }
}
