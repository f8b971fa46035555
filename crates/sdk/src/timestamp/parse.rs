//! Parses RFC 3339 leniently.

use super::calendar::{days_from_date, days_in_month};

/// A parsed time.
pub(super) struct ParsedTime {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(super) seconds: i64,
    /// Nanoseconds after `seconds`, below 1,000,000,000.
    pub(super) nanos: u32,
    /// Whether the text has an offset or `Z`.
    pub(super) has_zone: bool,
}

/// Parses `2026-03-14T02:00:02[.117][Z|+01:00]`.
pub(super) fn parse(text: &[u8]) -> Option<ParsedTime> {
    let (date_and_time, rest) = text.split_at_checked(19)?;
    let local_seconds = parse_date_and_time(date_and_time)?;
    let (nanos, rest) = parse_fraction(rest)?;
    let offset = parse_offset(rest)?;
    Some(ParsedTime {
        seconds: local_seconds - offset.unwrap_or_default(),
        nanos,
        has_zone: offset.is_some(),
    })
}

/// Parses `2026-03-14T02:00:02` to the seconds since 1970 in its own zone.
fn parse_date_and_time(text: &[u8]) -> Option<i64> {
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, byte)| text[at] != byte) || !matches!(text[10], b'T' | b't' | b' ') {
        return None;
    }
    let (year, month, day) =
        (parse_digits(&text[0..4])?, parse_digits(&text[5..7])?, parse_digits(&text[8..10])?);
    let (hour, minute, second) =
        (parse_digits(&text[11..13])?, parse_digits(&text[14..16])?, parse_digits(&text[17..19])?);
    if hour > 23 || minute > 59 || second > 60 || !(1..=12).contains(&month) {
        return None;
    }
    if day < 1 || day > days_in_month(year, month) {
        return None;
    }
    // A leap second becomes the last second of its minute, as in most systems.
    let second = second.min(59);
    Some(days_from_date(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Parses an optional fraction of a second. Returns the nanoseconds and the rest of the text.
fn parse_fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let [b'.' | b',', after @ ..] = text else { return Some((0, text)) };
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // Digits after the ninth are below a nanosecond.
    let significant = &after[..digits.min(9)];
    let nanos = parse_digits(significant)? as u32 * 10u32.pow(9 - significant.len() as u32);
    Some((nanos, &after[digits..]))
}

/// Parses an optional offset to seconds. The inner `None` is a missing offset.
fn parse_offset(text: &[u8]) -> Option<Option<i64>> {
    match text {
        [] => Some(None),
        [b'Z' | b'z'] => Some(Some(0)),
        [sign @ (b'+' | b'-'), h1, h2, minutes @ ..] => {
            let minutes = match minutes {
                [b':', m1, m2] | [m1, m2] => parse_digits(&[*m1, *m2])?,
                [] => 0,
                _ => return None,
            };
            let hours = parse_digits(&[*h1, *h2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            Some(Some(if *sign == b'-' { -offset } else { offset }))
        }
        _ => None,
    }
}

/// Parses one to nine ASCII digits.
fn parse_digits(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}
