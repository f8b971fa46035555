//! Generates the reference page of a specification. The page has no scripts and loads nothing from other servers.

mod answer;
mod choices;
mod command;
mod contents;
mod example;
mod json;
mod kind;
mod markdown;
mod operation;
mod schema;
mod security;
mod shared;
mod spec;

use std::path::Path;
use std::{env, fs};

use maud::{DOCTYPE, Markup, html};

use markdown::markdown;
use security::Scheme;
use spec::text;
use spec::{Operation, Spec};

/// Reads a specification, and writes its page to a file in the output folder. `root` is the relative URL of the server's root.
pub fn write_page(spec: &str, name: &str, root: &str) {
    println!("cargo::rerun-if-changed={spec}");
    let text = fs::read_to_string(spec).unwrap_or_else(|e| panic!("cannot read {spec}: {e}"));
    let value = yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{spec} is not YAML: {e}"));
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let page = page(&Spec::new(value), root);
    fs::write(Path::new(&out).join(name), page).unwrap_or_else(|e| panic!("cannot write {name}: {e}"));
}

fn page(spec: &Spec, root: &str) -> String {
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
                // Relative, so that a proxy may serve all of this below a path of its own.
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
                    (contents::contents(spec, &operations, &scheme))
                    main id="content" tabindex="-1" {
                        section.intro id="introduction" {
                            h1 { (title) " " span.version { (text(info, "version")) } }
                            div.prose { (markdown(spec, text(info, "description"))) }
                        }
                        (shared::servers(spec))
                        (security::section(spec, &scheme))
                        @for tag in spec.tags() { (group(spec, tag, &operations, &scheme)) }
                        (answer::shared(spec, &operations))
                        (shared::headers(spec, &operations))
                        section id="schemas" {
                            div.opening { h2 { "Schemas" } }
                            @for (name, schema) in spec.members("/components/schemas") {
                                (schema::section(spec, name, schema))
                            }
                        }
                        footer {
                            "Made from " a href="docs/openapi.yaml" { "openapi.yaml" } ", license "
                            a href=(text(&info["license"], "url")) { (text(&info["license"], "name")) } "."
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn group(spec: &Spec, tag: &serde_json::Value, operations: &[Operation<'_>], scheme: &Scheme<'_>) -> Markup {
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

/// The mark on what is not in the vendor's article.
fn extension_mark(of: &serde_json::Value) -> Markup {
    html! { @if of["x-extension"] == true { " " span.extension { "extension" } } }
}
