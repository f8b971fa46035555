//! Extracts the message of an error body as one line of plain text.

use crate::{
    decode::{self, LenientValue},
    html,
};

/// The longest message, in characters. A longer one is truncated and ends with `…`.
const MAX_MESSAGE_CHARS: usize = 500;
/// The most bytes of a text or web page that are searched for a message.
const MAX_SEARCHED_BYTES: usize = 64 * 1024;
/// The names of the fields that may hold the message, in order of preference. Compared without case.
const MESSAGE_FIELDS: [&str; 5] = ["message", "detail", "title", "error_description", "error"];

/// Returns whether a body is HTML or XML.
pub(super) fn is_markup(body: &[u8]) -> bool {
    decode::without_byte_order_mark(body).trim_ascii_start().starts_with(b"<")
}

/// Returns the message of an error body: a field of the contract's error, of problem+json or of a similar object, plain text, or
/// the visible text of a web page. Returns `None` if there is none.
pub(crate) fn extract_message(body: &[u8]) -> Option<String> {
    let body = decode::without_byte_order_mark(body);
    if let Ok(value) = decode::json::<LenientValue>(body) {
        return message_field(&value).and_then(to_plain_line);
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(MAX_SEARCHED_BYTES)]);
    if is_markup(body) { join_lines(&html::text_of(&text)) } else { to_plain_line(&text) }
}

fn message_field(value: &LenientValue) -> Option<&str> {
    value
        .as_str()
        .or_else(|| MESSAGE_FIELDS.into_iter().flat_map(|name| value.fields(name)).find_map(message_field))
}

/// Returns one line of plain text: without markup, control characters and direction characters, of at most 500 characters. Returns
/// `None` if nothing is left.
pub(crate) fn to_plain_line(text: &str) -> Option<String> {
    let last_close = text.rfind('>').unwrap_or_default();
    let mut without_tags = String::new();
    let mut in_tag = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_opens_tag =
            chars.peek().is_some_and(|(_, n)| n.is_ascii_alphabetic() || matches!(n, '/' | '!'));
        match c {
            '<' if next_opens_tag && last_close > at => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            _ => without_tags.push(c),
        }
    }
    join_lines(&without_tags)
}

/// Joins the lines of a text with spaces, and removes control and direction characters. Truncates the result to 500 characters.
fn join_lines(text: &str) -> Option<String> {
    let mut line = String::new();
    let mut length = 0;
    for c in text.chars().filter(|c| !is_direction_character(*c)) {
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        if c == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if length == MAX_MESSAGE_CHARS {
            line.push('…');
            break;
        }
        line.push(c);
        length += 1;
    }
    line.truncate(line.trim_end().len());
    (!line.is_empty()).then_some(line)
}

/// Returns whether the character changes the writing direction of the text around it.
fn is_direction_character(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    fn message(body: &str) -> Option<String> {
        super::extract_message(body.as_bytes())
    }

    #[test]
    fn message_is_extracted_from_any_kind_of_body() {
        assert_eq!(message(r#"{"Message":"No disk."}"#).as_deref(), Some("No disk."));
        assert_eq!(message("\u{feff}{\"message\":\"No disk.\"}").as_deref(), Some("No disk."));
        assert_eq!(
            message(r#"{"type":"about:blank","title":"Oops","detail":"No disk."}"#).as_deref(),
            Some("No disk.")
        );
        assert_eq!(message(r#"{"error":{"code":7,"message":"No disk."}}"#).as_deref(), Some("No disk."));
        assert_eq!(message("No disk.").as_deref(), Some("No disk."));
        assert_eq!(
            message("<!doctype html><title>502 Bad\n Gateway</title><p>nginx").as_deref(),
            Some("502 Bad Gateway: nginx")
        );
        assert_eq!(message("<p>&lt;b&gt; is bold\u{202e}").as_deref(), Some("<b> is bold"));
        assert_eq!(message("{\"Message\":\"No \\ud800 disk\"}").as_deref(), Some("No \u{fffd} disk"));
        for body in ["", " \n", "{}", "[]", "null", "<html><body>", r#"{"Message":null}"#] {
            assert_eq!(message(body), None, "{body}");
        }
    }

    #[test]
    fn markup_and_control_characters_are_removed() {
        let message = |body: &str| message(body).unwrap_or_default();
        assert_eq!(message("a<b>bold</b> <script>x\u{1b}[31m\u{202e}"), "abold x [31m");
        assert_eq!(message("1 < 2 > 0"), "1 < 2 > 0");
        assert_eq!(message("a <b"), "a <b");
        assert_eq!(message(&"x".repeat(9000)).chars().count(), 501);
    }
}
