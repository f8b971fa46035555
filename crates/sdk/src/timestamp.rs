//! Times as servers write them.
//!
//! Hand-written and not a crate's parser for two reasons: every log line carries a time, so reading one must cost
//! next to nothing, and in the console every byte travels. A property test compares it with `jiff`.

use std::{fmt, time::Duration};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed},
};

const SECONDS_A_DAY: i64 = 86_400;
const NANOS: u32 = 1_000_000_000;

/// A point in time, to the nanosecond, as a server wrote it.
///
/// Reads RFC 3339, with an offset, **without any zone** (then it is UTC, and [`has_zone`](Self::has_zone) is false),
/// with 0 to 9 digits of a second, and with a space in place of the `T`. Writes RFC 3339 in UTC. Two times are equal
/// when they are the same instant, whatever their zone. The vendor's article calls the times "string" and no more.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
    has_zone: bool,
}

/// The text is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z and nanoseconds (below 1,000,000,000) after them.
    ///
    /// # Panics
    ///
    /// If `nanos` is a second or more.
    pub const fn from_unix(seconds: i64, nanos: u32) -> Self {
        assert!(nanos < NANOS, "nanos must be below a second");
        Self { seconds, nanos, has_zone: true }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, as JavaScript counts.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self::from_unix(millis.div_euclid(1000), millis.rem_euclid(1000) as u32 * 1_000_000)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`unix_seconds`](Self::unix_seconds), below 1,000,000,000.
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_millis(self) -> i64 {
        self.seconds * 1000 + (self.nanos / 1_000_000) as i64
    }

    /// Whether the server named a zone. If not, UTC was assumed, and people should be told.
    pub const fn has_zone(self) -> bool {
        self.has_zone
    }

    /// How long after `earlier` this is; `None` if it is before.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        let seconds = u64::try_from(self.seconds - earlier.seconds).ok()?;
        let whole = Duration::new(seconds, self.nanos);
        whole.checked_sub(Duration::new(0, earlier.nanos))
    }

    fn instant(self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Self::from_unix(after.as_secs() as i64, after.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                let (seconds, nanos) = (before.as_secs() as i64, before.subsec_nanos());
                match nanos {
                    0 => Self::from_unix(-seconds, 0),
                    _ => Self::from_unix(-seconds - 1, NANOS - nanos),
                }
            }
        }
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.instant() == other.instant()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.instant().cmp(&other.instant())
    }
}

impl std::hash::Hash for Timestamp {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.instant().hash(state);
    }
}

impl std::str::FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        parse(text.trim_ascii().as_bytes()).ok_or(InvalidTimestamp)
    }
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time like 2026-03-14T02:00:02.117Z")
    }
}

impl std::error::Error for InvalidTimestamp {}

/// `2026-03-14T02:00:02[.117][Z|+01:00]`
fn parse(text: &[u8]) -> Option<Timestamp> {
    let (head, mut rest) = text.split_at_checked(19)?;
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, byte)| head[at] != byte) || !matches!(head[10], b'T' | b't' | b' ') {
        return None;
    }
    let year = number(&head[0..4])?;
    let month = number(&head[5..7])?;
    let day = number(&head[8..10])?;
    let (hour, minute, second) = (number(&head[11..13])?, number(&head[14..16])?, number(&head[17..19])?);
    // A leap second is read as the last second of its minute, as most systems keep it.
    if hour > 23 || minute > 59 || second > 60 || !(1..=12).contains(&month) {
        return None;
    }
    if day < 1 || day > days_in_month(year, month) {
        return None;
    }

    let mut nanos = 0;
    if let [b'.' | b',', after @ ..] = rest {
        let digits = after.iter().take_while(|b| b.is_ascii_digit()).count();
        // Digits past the ninth are below a nanosecond.
        let kept = &after[..digits.min(9)];
        nanos = number(kept)? as u32 * 10u32.pow(9 - kept.len() as u32);
        rest = &after[digits..];
    }

    let (has_zone, offset) = match rest {
        [] => (false, 0),
        [b'Z' | b'z'] => (true, 0),
        [sign @ (b'+' | b'-'), h1, h2, minutes @ ..] => {
            let minutes = match minutes {
                [b':', m1, m2] | [m1, m2] => number(&[*m1, *m2])?,
                [] => 0,
                _ => return None,
            };
            let hours = number(&[*h1, *h2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            (true, if *sign == b'-' { -offset } else { offset })
        }
        _ => return None,
    };
    let seconds =
        days_from_civil(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second.min(59)
            - offset;
    Some(Timestamp { seconds, nanos, has_zone })
}

/// One to nine ASCII digits.
fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar: years are counted from March, so that the leap day is
/// a year's last, in eras of 400 years of 146,097 days.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + (month <= 2) as i64, month, day)
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with as many digits of a second as it takes: none, three, six or nine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.seconds.div_euclid(SECONDS_A_DAY));
        let second = self.seconds.rem_euclid(SECONDS_A_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.nanos {
            0 => {}
            n if n % 1_000_000 == 0 => write!(f, ".{:03}", n / 1_000_000)?,
            n if n % 1000 == 0 => write!(f, ".{:06}", n / 1000)?,
            n => write!(f, ".{n:09}")?,
        }
        f.write_str("Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Tolerant.deserialize(deserializer)?.ok_or_else(|| de::Error::custom(InvalidTimestamp))
    }
}

/// Reads a time where one may be missing: what is null, empty or no time at all is `None`; a screen does not break
/// because one time could not be read.
pub(crate) struct Tolerant;

impl<'de> DeserializeSeed<'de> for Tolerant {
    type Value = Option<Timestamp>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl de::Visitor<'_> for Tolerant {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time as text, or null")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.parse().ok())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn every_form_of_the_same_instant() {
        let instant = read("2026-03-14T02:00:02.117Z");
        for text in [
            "2026-03-14T02:00:02.117000000Z",
            "2026-03-14T02:00:02.1170000001Z",
            "2026-03-14t02:00:02.117z",
            "2026-03-14 02:00:02.117Z",
            "2026-03-14T03:00:02.117+01:00",
            "2026-03-13T20:30:02.117-05:30",
            "2026-03-14T03:00:02.117+0100",
            "2026-03-14T03:00:02.117+01",
            "2026-03-14T02:00:02,117Z",
            " 2026-03-14T02:00:02.117Z ",
        ] {
            assert_eq!(read(text), instant, "{text}");
            assert!(read(text).has_zone(), "{text}");
        }
        let bare = read("2026-03-14T02:00:02.117");
        assert_eq!(bare, instant);
        assert!(!bare.has_zone());
        assert_eq!(bare.to_string(), "2026-03-14T02:00:02.117Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "soon",
            "2026-03-14",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-03-14T24:00:00Z",
            "2026-03-14T02:00:02.Z",
            "2026-03-14T02:00:02+1",
            "2026-03-14T02:00:02+01:00x",
            "2026-03-14T02:00:02 Z",
            "+026-03-14T02:00:02Z",
            "2026-03-14T02:00:02é",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn the_vendors_platform_default_of_year_one_is_a_time() {
        assert_eq!(read("0001-01-01T00:00:00").to_string(), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn the_time_between() {
        let start = read("2026-03-14T02:00:02.9Z");
        assert_eq!(read("2026-03-14T02:00:04.1Z").since(start), Some(Duration::from_millis(1200)));
        assert_eq!(start.since(start), Some(Duration::ZERO));
        assert_eq!(read("2026-03-14T02:00:02.8Z").since(start), None);
        assert_eq!(read("2026-03-14T02:00:01Z").since(start), None);
    }

    #[test]
    fn milliseconds_before_1970() {
        let time = Timestamp::from_unix_millis(-1);
        assert_eq!(time.to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(time.unix_millis(), -1);
        let system = std::time::UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(Timestamp::from(system), time);
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(seconds in -62_135_596_800i64..253_402_300_799, nanos in 0u32..NANOS, minutes in -1439i32..=1439) {
            let ours = Timestamp::from_unix(seconds, nanos);
            let theirs = jiff::Timestamp::new(seconds, 0).unwrap().checked_add(jiff::SignedDuration::from_nanos(nanos.into())).unwrap();
            prop_assert_eq!(ours.to_string().parse::<jiff::Timestamp>().unwrap(), theirs);
            prop_assert_eq!(theirs.to_string().parse::<Timestamp>().unwrap(), ours);
            let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap();
            let local = theirs.display_with_offset(offset).to_string();
            if !local.starts_with('-') && local.len() < 40 {
                prop_assert_eq!(local.parse::<Timestamp>().unwrap(), ours, "{}", local);
            }
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
