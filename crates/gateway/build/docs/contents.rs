//! The table of contents.

use maud::{Markup, html};

use super::operation::method;
use super::security::Scheme;
use super::shared::headers_of;
use super::spec::{Operation, Spec, text};

/// Returns the table of contents.
pub fn contents(spec: &Spec, operations: &[Operation<'_>], scheme: &Scheme<'_>) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            ul {
                li { a href="#introduction" { "Introduction" } }
                li { a href="#servers" { "Servers" } }
                li { a href={ "#" (scheme.id) } { (scheme.title) } }
            }
            @for tag in spec.tags() {
                h2 { a href={ "#tag-" (text(tag, "name")) } { (text(tag, "name")) } }
                ul {
                    @for operation in operations.iter().filter(|o| o.tag() == text(tag, "name")) {
                        li {
                            a href={ "#" (operation.id) } { (method(operation)) span { (operation.summary()) } }
                        }
                    }
                }
            }
            h2 { "Shared" }
            ul {
                li { a href="#responses" { "Responses" } }
                @if !headers_of(spec, operations).is_empty() { li { a href="#headers" { "Headers" } } }
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
