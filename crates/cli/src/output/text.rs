//! Escapes text from a server, so that a terminal does not interpret it.

use std::{borrow::Cow, time::Duration};

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a tab is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tabs {
    /// Unchanged, because programs split lines at tabs.
    Keep,
    /// As a space, because the width of a tab on a terminal depends on its column.
    Space,
}

/// Returns the text as one line with visible control and direction characters.
pub(crate) fn escape_line(text: &str) -> Cow<'_, str> {
    escape_line_with(text, Tabs::Space)
}

/// Returns the text as `escape_line` does, with tabs as `tabs` specifies.
pub(crate) fn escape_line_with(text: &str, tabs: Tabs) -> Cow<'_, str> {
    let is_kept = |c: char| !is_unsafe(c) || c == '\t' && tabs == Tabs::Keep;
    if text.chars().all(is_kept) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if is_kept(c) => escaped.push(c),
            '\t' => escaped.push(' '),
            // Unicode has a symbol for each of the 32 control characters and for delete.
            '\0'..='\x1f' => escaped.extend(char::from_u32(0x2400 + c as u32)),
            '\x7f' => escaped.push('\u{2421}'),
            c => escaped.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(escaped)
}

/// Returns the escaped lines of a message.
pub(crate) fn escape_lines(text: &str, tabs: Tabs) -> impl Iterator<Item = Cow<'_, str>> {
    let lines = text.trim_end_matches(['\r', '\n']).split('\n');
    lines.map(move |line| escape_line_with(line.trim_end_matches('\r'), tabs))
}

/// Returns the same JSON document with JSON escapes for the characters that a terminal could interpret.
pub(crate) fn escape_json(document: String) -> String {
    if !document.chars().any(is_unsafe) {
        return document;
    }
    let mut escaped = String::with_capacity(document.len());
    for c in document.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                escaped += &format!("\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Returns whether a character acts on a terminal, changes the direction of the text, or cannot be seen. Joiners stay, because
/// emoji and several scripts need them.
fn is_unsafe(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let is_direction_or_break =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_joiner_or_variant = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let is_invisible =
        CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) && !is_joiner_or_variant;
    c.is_control() || is_direction_or_break || is_invisible
}

/// Returns the text as one escaped line of at most `columns` columns. A truncated line ends with an ellipsis.
pub(crate) fn truncate(text: &str, columns: usize, tabs: Tabs) -> String {
    let line = escape_line_with(text, tabs);
    if line.width() <= columns {
        return line.into_owned();
    }
    let mut remaining = columns - 1;
    let fits = line.chars().take_while(|c| {
        // A tab that is kept counts as one column.
        let width = c.width().unwrap_or(1);
        let fits = width <= remaining;
        remaining -= if fits { width } else { remaining };
        fits
    });
    fits.chain(['…']).collect()
}

/// Returns a number with a noun, such as "1 warning" or "2 warnings".
pub(crate) fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// Returns a duration such as "41 s", "14 m 08 s", or "3 h 12 m".
pub(crate) fn format_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{seconds} s"),
        60..3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(escape_line("plain Größe 日本"), "plain Größe 日本");
        assert_eq!(escape_line("a\x1b[2Jb\x07\r\n\tc\x7f"), "a␛[2Jb␇␍␊ c␡");
        assert_eq!(escape_line("\u{202e}txt.exe\u{9b}31m"), "\\u{202e}txt.exe\\u{9b}31m");
    }

    #[test]
    fn tab_for_a_program_is_unchanged() {
        assert_eq!(escape_line_with("a\tb\x1b", Tabs::Keep), "a\tb␛");
        assert_eq!(escape_lines("a\tb\nc\td", Tabs::Keep).collect::<Vec<_>>(), ["a\tb", "c\td"]);
        assert_eq!(truncate("a\tb\tc", 4, Tabs::Keep), "a\tb…");
    }

    #[test]
    fn escaped_json_has_the_same_value() {
        let value = "a\u{9b}31m\u{7f}\u{202e}ß";
        let document = escape_json(serde_json::to_string(value).unwrap());
        assert_eq!(document, "\"a\\u009b31m\\u007f\\u202eß\"");
        assert_eq!(serde_json::from_str::<String>(&document).unwrap(), value);
    }

    #[test]
    fn message_of_several_lines_is_split() {
        let lines = |text| escape_lines(text, Tabs::Space).collect::<Vec<_>>();
        assert_eq!(lines("first\r\n  second\n"), ["first", "  second"]);
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn long_name_is_truncated_to_its_columns() {
        let truncate = |text, columns| truncate(text, columns, Tabs::Space);
        assert_eq!(truncate("Sales", 5), "Sales");
        assert_eq!(truncate("Sales prepare", 6), "Sales…");
        assert_eq!(truncate("日本語の名前", 6), "日本…", "wide characters take two columns");
        assert_eq!(truncate("a\x1b[2J", 40), "a␛[2J");
    }

    #[test]
    fn duration_has_at_most_two_units() {
        let texts =
            [0, 999, 1000, 59_999, 848_000, 11_520_000].map(|ms| format_duration(Duration::from_millis(ms)));
        assert_eq!(texts, ["0 ms", "999 ms", "1 s", "59 s", "14 m 08 s", "3 h 12 m"]);
    }
}
