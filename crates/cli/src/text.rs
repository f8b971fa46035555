//! What a server says, made fit for a terminal: it is data, never an escape sequence.

use std::{borrow::Cow, time::Duration};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// On one line; control and direction characters become visible.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push(' '),
            // Unicode has a picture for each of the 32 and for delete.
            '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + c as u32)),
            '\x7f' => shown.push('\u{2421}'),
            c if is_unsafe(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// The lines of a message of several, each made safe.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.trim_end_matches(['\r', '\n']).split('\n').map(|line| one_line(line.trim_end_matches('\r')))
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// On one line and at most `columns` wide; what is cut away leaves an ellipsis.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    let line = one_line(text);
    if line.width() <= columns {
        return line.into_owned();
    }
    let mut room = columns - 1;
    let fits = line.chars().take_while(|c| {
        let width = c.width().unwrap_or(0);
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
    fn a_message_of_several_lines() {
        assert_eq!(lines("first\r\n  second\n").collect::<Vec<_>>(), ["first", "  second"]);
        assert_eq!(lines("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn a_long_name_is_cut_to_its_columns() {
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
