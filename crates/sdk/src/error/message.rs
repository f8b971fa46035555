//! What an error body says, in one line of plain text.

use crate::{
    decode::{self, LenientValue},
    html,
};

const LONGEST_MESSAGE: usize = 500;

pub(super) fn is_markup(body: &[u8]) -> bool {
    decode::without_mark(body).trim_ascii_start().starts_with(b"<")
}

/// Returns the message of an error body: of the contract's error, of problem+json or of a similar object, plain text, or the
/// visible text of a web page. `None` if there is none.
pub(crate) fn message_of(body: &[u8]) -> Option<String> {
    let body = decode::without_mark(body);
    if let Ok(value) = decode::json::<LenientValue>(body) {
        return message_in(&value).and_then(clean);
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(64 * 1024)]);
    if is_markup(body) { one_line(&html::text_of(&text)) } else { clean(&text) }
}

fn message_in(value: &LenientValue) -> Option<&str> {
    value.as_str().or_else(|| {
        let names = ["message", "detail", "title", "error_description", "error"];
        names.into_iter().flat_map(|name| value.fields(name)).find_map(message_in)
    })
}

/// One line of plain text: no markup, no control or direction characters, at most 500 characters.
pub(super) fn clean(text: &str) -> Option<String> {
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
    one_line(&without_tags)
}

/// Returns one line of text without control or direction characters, of at most 500 characters.
fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    let mut length = 0;
    for c in text.chars().filter(|c| !is_direction(*c)) {
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        if c == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if length == LONGEST_MESSAGE {
            line.push('…');
            break;
        }
        line.push(c);
        length += 1;
    }
    line.truncate(line.trim_end().len());
    (!line.is_empty()).then_some(line)
}

/// Marks that turn the direction of the text around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    fn said(body: &str) -> Option<String> {
        super::message_of(body.as_bytes())
    }

    #[test]
    fn the_server_s_own_words_from_any_kind_of_body() {
        assert_eq!(said(r#"{"Message":"No disk."}"#).as_deref(), Some("No disk."));
        assert_eq!(said("\u{feff}{\"message\":\"No disk.\"}").as_deref(), Some("No disk."));
        assert_eq!(
            said(r#"{"type":"about:blank","title":"Oops","detail":"No disk."}"#).as_deref(),
            Some("No disk.")
        );
        assert_eq!(said(r#"{"error":{"code":7,"message":"No disk."}}"#).as_deref(), Some("No disk."));
        assert_eq!(said("No disk.").as_deref(), Some("No disk."));
        assert_eq!(
            said("<!doctype html><title>502 Bad\n Gateway</title><p>nginx").as_deref(),
            Some("502 Bad Gateway: nginx")
        );
        assert_eq!(said("<p>&lt;b&gt; is bold\u{202e}").as_deref(), Some("<b> is bold"));
        assert_eq!(said("{\"Message\":\"No \\ud800 disk\"}").as_deref(), Some("No \u{fffd} disk"));
        for nothing in ["", " \n", "{}", "[]", "null", "<html><body>", r#"{"Message":null}"#] {
            assert_eq!(said(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn words_are_cleaned() {
        let said = |body: &str| said(body).unwrap_or_default();
        assert_eq!(said("a<b>bold</b> <script>x\u{1b}[31m\u{202e}"), "abold x [31m");
        assert_eq!(said("1 < 2 > 0"), "1 < 2 > 0");
        assert_eq!(said("a <b"), "a <b");
        assert_eq!(said(&"x".repeat(9000)).chars().count(), 501);
    }
}
