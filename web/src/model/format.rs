//! Formats numbers, times and external text for people.

use std::time::Duration;

use txjobs_sdk::Timestamp;

use super::visible_text::visible_chars;
use crate::text::{self, t, tf};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Returns the text in lower case.
pub fn lowercase(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { lowercase_unicode(text) }
}

/// Uses the browser's case tables. Those of the standard library add five kilobytes to the program.
#[cfg(target_arch = "wasm32")]
fn lowercase_unicode(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

#[cfg(not(target_arch = "wasm32"))]
fn lowercase_unicode(text: &str) -> String {
    text.to_lowercase()
}

/// Returns the text with composed letters (NFC), so that an `é` is the same in all encodings. Uses the browser's tables.
#[cfg(target_arch = "wasm32")]
pub fn compose(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { js_sys::JsString::from(text).normalize("NFC").into() }
}

#[cfg(not(target_arch = "wasm32"))]
pub fn compose(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfc(text).collect()
}

/// Returns the letter that a letter and a mark compose to, if there is one.
pub fn compose_pair(letter: char, mark: char) -> Option<char> {
    let composed = compose(&String::from_iter([letter, mark]));
    let mut letters = composed.chars();
    letters.next().filter(|_| letters.next().is_none())
}

/// Formats a duration, for example `0.4s`, `41s`, `1m 06s`, `3h 12m` or `2d 03h`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        // Computed with integers, because formatting floats adds kilobytes to the program.
        0..10 => {
            let tenths = seconds * 10 + u64::from(duration.subsec_millis() / 100);
            format!("{}.{}s", tenths / 10, tenths % 10)
        }
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// Formats an age in milliseconds, for example `just now`, `12 s ago`, `3 min ago` or `2 h ago`.
pub fn ago(millis: i64) -> String {
    match millis / 1000 {
        ..2 => t("just now").to_owned(),
        seconds @ 2..60 => tf!("{seconds} s ago", seconds = seconds),
        seconds @ 60..3600 => tf!("{minutes} min ago", minutes = seconds / 60),
        seconds @ 3600..86_400 => tf!("{hours} h ago", hours = seconds / 3600),
        seconds => tf!("{days} d ago", days = seconds / 86_400),
    }
}

/// A time zone. `offset` returns the minutes east of UTC at an instant in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Zone {
    pub offset: fn(i64) -> i64,
}

impl Zone {
    pub const UTC: Self = Self { offset: |_| 0 };

    /// Formats a time in this zone as RFC 3339 with milliseconds and without an offset.
    fn to_local_rfc3339(self, millis: i64) -> String {
        let shifted = millis + (self.offset)(millis) * MINUTE;
        let mut text = Timestamp::from_unix_millis(shifted).to_string();
        text.pop();
        if text.len() == 19 {
            text.push_str(".000");
        }
        text
    }

    /// Returns the number of a day in this zone.
    pub fn day(self, at: Timestamp) -> i64 {
        let millis = at.unix_millis();
        (millis + (self.offset)(millis) * MINUTE).div_euclid(DAY)
    }

    /// Formats day and time, for example `today 04:12`, `yesterday 23:10`, `tomorrow 02:00`, `Sunday 01:00`, `14 Mar 02:00`
    /// or `14 Mar 2025`. The names of weekdays are used for six days before and after today.
    pub fn day_and_time(self, at: Timestamp, now: i64) -> String {
        let millis = at.unix_millis();
        let day = |millis: i64| (millis + (self.offset)(millis) * MINUTE).div_euclid(DAY);
        let local = self.to_local_rfc3339(millis);
        let (Some(year), Some(time)) = (local.get(..4), local.get(11..16)) else {
            // The year has more than four digits.
            return local;
        };
        let shifted = millis + (self.offset)(millis) * MINUTE;
        match day(now) - day(millis) {
            0 => tf!("today {time}", time = time),
            -1 => tf!("tomorrow {time}", time = time),
            1 => tf!("yesterday {time}", time = time),
            2..=6 | -6..=-2 => format!("{} {time}", text::weekday(shifted, false)),
            _ if self.to_local_rfc3339(now).get(..4) == Some(year) => {
                format!("{} {time}", text::day_and_month(shifted))
            }
            _ => text::day_month_year(shifted),
        }
    }

    /// Formats the time of day with milliseconds, for example `23:10:40.310`.
    pub fn clock(self, at: Timestamp) -> String {
        let local = self.to_local_rfc3339(at.unix_millis());
        local.split_once('T').map_or(String::new(), |(_, time)| time.chars().take(12).collect())
    }

    /// Formats the time of day, for example `23:10:40`.
    pub fn seconds(self, at: Timestamp) -> String {
        self.clock(at).chars().take(8).collect()
    }

    /// Formats the time of day without seconds, for example `23:10`.
    pub fn minutes(self, at: Timestamp) -> String {
        self.clock(at).chars().take(5).collect()
    }

    /// Formats a day, for example `Sat 14 Mar`.
    pub fn weekday_and_date(self, at: Timestamp) -> String {
        let shifted = at.unix_millis() + (self.offset)(at.unix_millis()) * MINUTE;
        format!("{} {}", text::weekday(shifted, true), text::day_and_month(shifted))
    }

    /// Formats the exact time, for example `2026-03-14 03:00:02.117 +01:00`, with a note if the zone was assumed.
    pub fn exact(self, at: Timestamp) -> String {
        let millis = at.unix_millis();
        let offset = (self.offset)(millis);
        let mut text = self.to_local_rfc3339(millis).replace('T', " ");
        if offset == 0 {
            text.push_str(" UTC");
        } else {
            let (sign, minutes) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
            text.push_str(&format!(" {sign}{:02}:{:02}", minutes / 60, minutes % 60));
        }
        if !at.has_zone() {
            text.push_str(t(" (no time zone from the server, UTC assumed)"));
        }
        text
    }
}

/// Formats external text on one line of at most `max_chars` characters: line ends as `↵`, other invisible characters as
/// symbols.
pub fn one_line(text: &str, max_chars: usize) -> String {
    let (text, is_cut) = first_chars(text, max_chars);
    let mut shown = joined_lines(text);
    if is_cut {
        shown.push('…');
    }
    shown
}

/// Returns at most `max_chars` characters of a text without its last line end, and whether there are more.
pub fn first_chars(text: &str, max_chars: usize) -> (&str, bool) {
    let text = text.trim_end_matches(['\r', '\n']);
    let end = text.char_indices().nth(max_chars).map_or(text.len(), |(at, _)| at);
    (&text[..end], end < text.len())
}

/// Formats a part of an external text on one line.
pub fn joined_lines(text: &str) -> String {
    visible_lines(text).map(|c| if c == '\n' { '↵' } else { c }).collect()
}

/// Formats external text as a block of lines, with invisible characters as symbols. A carriage return without a line
/// feed, as progress bars write it, is shown as well.
pub fn block(text: &str) -> String {
    visible_lines(text).collect()
}

/// Returns the visible characters without the carriage returns before line feeds.
fn visible_lines(text: &str) -> impl Iterator<Item = char> + '_ {
    let parts = text.split("\r\n");
    parts.enumerate().flat_map(|(at, part)| (at > 0).then_some('\n').into_iter().chain(visible_chars(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const PLUS_ONE: Zone = Zone { offset: |_| 60 };

    #[test]
    fn durations_have_two_units_at_most() {
        let shown = [0, 450, 9_990, 41_000, 66_000, 848_000, 11_520_000, 183_600_000]
            .map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(shown, ["0.0s", "0.4s", "9.9s", "41s", "1m 06s", "14m 08s", "3h 12m", "2d 03h"]);
    }

    #[test]
    fn ages_have_one_unit() {
        let shown = [-5, 1_999, 3_000, 61_000, 7_200_000, 200_000_000].map(ago);
        assert_eq!(shown, ["just now", "just now", "3 s ago", "1 min ago", "2 h ago", "2 d ago"]);
    }

    #[test]
    fn days_follow_the_time_zone() {
        let now = at("2026-03-14T12:00:00Z").unix_millis();
        let shown = |text| PLUS_ONE.day_and_time(at(text), now);
        assert_eq!(shown("2026-03-14T02:00:00Z"), "today 03:00");
        assert_eq!(shown("2026-03-13T23:30:00Z"), "today 00:30");
        assert_eq!(shown("2026-03-13T22:30:00Z"), "yesterday 23:30");
        assert_eq!(shown("2026-03-08T10:00:00Z"), "Sunday 11:00");
        assert_eq!(shown("2026-03-01T10:00:00Z"), "1 Mar 11:00");
        assert_eq!(shown("2025-12-31T10:00:00Z"), "31 Dec 2025");
        assert_eq!(shown("2026-03-15T10:00:00Z"), "tomorrow 11:00");
        assert_eq!(shown("2026-03-20T10:00:00Z"), "Friday 11:00");
        assert_eq!(shown("2026-03-21T10:00:00Z"), "21 Mar 11:00");
    }

    #[test]
    fn exact_times_include_the_zone() {
        assert_eq!(PLUS_ONE.exact(at("2026-03-14T02:00:02.117Z")), "2026-03-14 03:00:02.117 +01:00");
        assert!(
            Zone::UTC
                .exact(at("2026-03-14T02:00:02"))
                .ends_with("02.000 UTC (no time zone from the server, UTC assumed)")
        );
        assert_eq!(
            Zone { offset: |_| -210 }.exact(at("2026-03-14T02:00:02Z")),
            "2026-03-13 22:30:02.000 -03:30"
        );
        assert_eq!(Zone::UTC.clock(at("2026-03-14T02:00:02.117999Z")), "02:00:02.117");
        assert_eq!(Zone::UTC.seconds(at("2026-03-14T02:00:02.9Z")), "02:00:02");
    }

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(one_line("\u{1b}[31mred\u{7f}\u{85}\u{202e}\tx", 100), "␛[31mred␡\u{fffd}⇄\tx");
        assert_eq!(one_line("a\r\nb\n", 100), "a↵b");
        assert_eq!(one_line("ééé", 2), "éé…");
        assert_eq!(one_line("10 %\r20 %\r", 100), "10 %␍20 %");
        assert_eq!(block("a\r\n\0b\rc"), "a\n␀b␍c");
        assert_eq!(one_line("<b>&amp;", 100), "<b>&amp;");
    }
}
