//! Converts the Markdown of a specification to HTML.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd};

use super::spec::Spec;

/// Converts Markdown. HTML in it is shown as text. The name of an operation is a link to it.
pub fn markdown(spec: &Spec, text: &str) -> Markup {
    render(spec, Parser::new(text))
}

/// Converts Markdown without its lists.
pub fn without_lists(spec: &Spec, text: &str) -> Markup {
    let mut depth = 0;
    render(
        spec,
        Parser::new(text).filter(|event| {
            let inside = depth > 0;
            match event {
                Event::Start(Tag::List(_)) => depth += 1,
                Event::End(TagEnd::List(_)) => depth -= 1,
                _ => return !inside,
            }
            false
        }),
    )
}

/// Converts Markdown without its paragraphs, for the middle of a line.
pub fn inline(spec: &Spec, text: &str) -> Markup {
    let is_paragraph =
        |event: &Event<'_>| matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph));
    render(spec, Parser::new(text).filter(|event| !is_paragraph(event)))
}

/// Returns the Markdown of the items of all lists.
pub fn items(text: &str) -> Vec<&str> {
    let items =
        Parser::new(text).into_offset_iter().filter(|(event, _)| matches!(event, Event::Start(Tag::Item)));
    items.map(|(_, range)| text[range][1..].trim()).collect()
}

/// Returns the beginning of a description, up to the first period or colon.
pub fn first_sentence(text: &str) -> &str {
    text.split(['.', ':']).next().unwrap_or(text)
}

fn render<'a>(spec: &Spec, events: impl Iterator<Item = Event<'a>>) -> Markup {
    let events = events.map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Code(name) if spec.names_operation(&name) => {
            let link = html! { a href={ "#" (name) } { code { (name) } } };
            Event::InlineHtml(CowStr::from(link.into_string()))
        }
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    PreEscaped(html)
}
