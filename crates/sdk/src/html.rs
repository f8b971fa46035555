//! Extracts the visible text of a web page that reports an error.
//!
//! This is not a complete HTML parser, because one would be larger than the rest of the console.

/// Elements whose content is not visible.
const INVISIBLE_ELEMENTS: [&str; 7] = ["script", "style", "template", "noscript", "svg", "iframe", "title"];
/// Elements that do not separate the words around them.
const INLINE_ELEMENTS: [&str; 10] = ["a", "b", "code", "em", "font", "i", "small", "span", "strong", "u"];

/// Returns the visible text of a page. The title precedes it if the text does not contain the title.
pub(crate) fn text_of(page: &str) -> String {
    let (mut title, mut text) = (String::new(), String::new());
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        push_text(&mut text, &rest[..at]);
        rest = &rest[at..];
        let Some(tag) = Tag::parse(rest) else {
            // This `<` does not start a tag.
            text.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        if !INLINE_ELEMENTS.contains(&tag.name.as_str()) {
            text.push(' ');
        }
        if INVISIBLE_ELEMENTS.contains(&tag.name.as_str()) {
            let end = content_end(rest, &tag.name);
            if tag.name == "title" && title.is_empty() {
                push_text(&mut title, &rest[..end]);
            }
            rest = &rest[end..];
        }
    }
    push_text(&mut text, rest);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (title, text) = (words(&title), words(&text));
    if text.is_empty() || title.is_empty() || text.contains(&title) {
        return if text.is_empty() { title } else { text };
    }
    format!("{title}: {text}")
}

/// An opening tag, a closing tag, a comment or a declaration.
struct Tag {
    /// The element name in lower case. Empty for a comment, a declaration, and the closing or self-closing tag of a block element.
    name: String,
    length: usize,
}

impl Tag {
    /// Parses the tag at the start of `text`.
    fn parse(text: &str) -> Option<Self> {
        if let Some(comment) = text.strip_prefix("<!--") {
            let length = comment.find("-->").map_or(text.len(), |end| end + 7);
            return Some(Self { name: String::new(), length });
        }
        let length = text.find('>').map_or(text.len(), |end| end + 1);
        let inside = text[1..length].trim_end_matches('>');
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            return None;
        }
        let is_self_closing = inside.ends_with('/');
        let name = inside.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        // A closing or self-closing tag starts no invisible content. It separates words as the opening tag does.
        let is_opening = !inside.starts_with('/') && !is_self_closing;
        let name = if is_opening || INLINE_ELEMENTS.contains(&name.as_str()) { name } else { String::new() };
        Some(Self { name, length })
    }
}

/// Returns the end of the content of the element `name`.
fn content_end(text: &str, name: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let at = from + at;
        if text[at + 2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return at;
        }
        from = at + 2;
    }
    text.len()
}

/// Appends text with its character references resolved.
fn push_text(output: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        output.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        let resolved = end.and_then(|end| Some((end, resolve_reference(&rest[1..end])?)));
        let (length, c) = resolved.map_or((1, '&'), |(end, c)| (end + 1, c));
        output.push(c);
        rest = &rest[length..];
    }
    output.push_str(rest);
}

/// Returns the character of a character reference, given without its `&` and `;`.
pub(crate) fn resolve_reference(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "copy" => '©',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_page_is_its_visible_text() {
        for (page, text) in [
            (
                "<title>502 Bad\n Gateway</title><center><h1>502 Bad Gateway</h1></center><hr>nginx",
                "502 Bad Gateway nginx",
            ),
            (
                "<html><head><title>Error</title></head><body><h1>The database is down.</h1><p>Try at 5.</body>",
                "Error: The database is down. Try at 5.",
            ),
            (
                "<script>alert('<p>no')</script><STYLE>p{}</STYLE ><p>Words</p><!-- <p>no --><p>more",
                "Words more",
            ),
            ("<title>Forbidden</title>", "Forbidden"),
            ("<p>a &lt;b&gt; &amp;amp; &#8217;&#x41; &unknown; &", "a <b> &amp; ’A &unknown; &"),
            ("<p>one<br/>two <b>th</b>ree</p>1 < 2", "one two three 1 < 2"),
            ("<?xml version=\"1.0\"?><Error><Message>No disk.</Message></Error>", "No disk."),
            ("<p hidden", ""),
            ("<script>never closed", ""),
            ("<", "<"),
            ("<title/>x", "x"),
        ] {
            assert_eq!(text_of(page), text, "{page}");
        }
    }
}
