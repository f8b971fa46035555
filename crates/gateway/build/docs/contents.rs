//! The contents beside the page.

use maud::{Markup, html};

use super::{Operation, Spec, operation::method, security::Scheme, shared::headers_of, spec::text};

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
                li { a href="#answers" { "Answers" } }
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
