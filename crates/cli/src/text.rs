//! What a server says, made fit for a terminal: it is data, never an escape sequence.

use std::{borrow::Cow, time::Duration};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a tab is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tabs {
    /// Unchanged: programs split lines at tabs.
    Keep,
    /// As a space: on a terminal the width of a tab depends on its column.
    Space,
}

/// On one line; control and direction characters become visible.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    one_line_with(text, Tabs::Space)
}

/// Does the same, with tabs as in `tabs`.
pub(crate) fn one_line_with(text: &str, tabs: Tabs) -> Cow<'_, str> {
    let stays = |c: char| !is_unsafe(c) || c == '\t' && tabs == Tabs::Keep;
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if stays(c) => shown.push(c),
            '\t' => shown.push(' '),
            // Unicode has a picture for each of the 32 and for delete.
            '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + c as u32)),
            '\x7f' => shown.push('\u{2421}'),
            c => shown.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

/// The lines of a message of several, each made safe.
pub(crate) fn lines(text: &str, tabs: Tabs) -> impl Iterator<Item = Cow<'_, str>> {
    let lines = text.trim_end_matches(['\r', '\n']).split('\n');
    lines.map(move |line| one_line_with(line.trim_end_matches('\r'), tabs))
}

/// Returns the same JSON document without characters that a terminal could interpret: JSON has an escape for each.
pub(crate) fn json(document: String) -> String {
    if !document.chars().any(is_unsafe) {
        return document;
    }
    let mut safe = String::with_capacity(document.len());
    for c in document.chars() {
        if is_unsafe(c) {
            // All of them have four digits.
            safe += &format!("\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// On one line and at most `columns` wide; what is cut away leaves an ellipsis.
pub(crate) fn cut(text: &str, columns: usize, tabs: Tabs) -> String {
    let line = one_line_with(text, tabs);
    if line.width() <= columns {
        return line.into_owned();
    }
    let mut room = columns - 1;
    let fits = line.chars().take_while(|c| {
        // A tab that is kept counts as one column.
        let width = c.width().unwrap_or(1);
        let fits = width <= room;
        room -= if fits { width } else { room };
        fits
    });
    fits.chain(['…']).collect()
}

/// "41 s", "14 m 08 s", "3 h 12 m".
pub(crate) fn took(duration: Duration) -> String {
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
    fn nothing_reaches_the_terminal_s_controls() {
        assert_eq!(one_line("plain Größe 日本"), "plain Größe 日本");
        assert_eq!(one_line("a\x1b[2Jb\x07\r\n\tc\x7f"), "a␛[2Jb␇␍␊ c␡");
        assert_eq!(one_line("\u{202e}txt.exe\u{9b}31m"), "\\u{202e}txt.exe\\u{9b}31m");
    }

    #[test]
    fn tab_stays_a_tab_for_a_program() {
        assert_eq!(one_line_with("a\tb\x1b", Tabs::Keep), "a\tb␛");
        assert_eq!(lines("a\tb\nc\td", Tabs::Keep).collect::<Vec<_>>(), ["a\tb", "c\td"]);
        assert_eq!(cut("a\tb\tc", 4, Tabs::Keep), "a\tb…");
    }

    #[test]
    fn json_has_no_control_and_means_the_same() {
        let value = "a\u{9b}31m\u{7f}\u{202e}ß";
        let document = json(serde_json::to_string(value).unwrap());
        assert_eq!(document, "\"a\\u009b31m\\u007f\\u202eß\"");
        assert_eq!(serde_json::from_str::<String>(&document).unwrap(), value);
    }

    #[test]
    fn a_message_of_several_lines() {
        let lines = |text| lines(text, Tabs::Space).collect::<Vec<_>>();
        assert_eq!(lines("first\r\n  second\n"), ["first", "  second"]);
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn a_long_name_is_cut_to_its_columns() {
        let cut = |text, columns| cut(text, columns, Tabs::Space);
        assert_eq!(cut("Sales", 5), "Sales");
        assert_eq!(cut("Sales prepare", 6), "Sales…");
        assert_eq!(cut("日本語の名前", 6), "日本…", "wide characters take two columns");
        assert_eq!(cut("a\x1b[2J", 40), "a␛[2J");
    }

    #[test]
    fn durations() {
        let said = [0, 999, 1000, 59_999, 848_000, 11_520_000].map(|ms| took(Duration::from_millis(ms)));
        assert_eq!(said, ["0 ms", "999 ms", "1 s", "59 s", "14 m 08 s", "3 h 12 m"]);
    }
}
