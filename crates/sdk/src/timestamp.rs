//! Times in any form in which a server may write them.
//!
//! The parser is hand-written for two reasons: each log line has a time, so parsing must be fast, and the parser of a crate would
//! add too much code to the console. A property test compares it with `jiff`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

mod calendar;
mod parse;

const SECONDS_PER_DAY: i64 = 86_400;
const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// A point in time with nanosecond precision, as a server wrote it.
///
/// Parses RFC 3339 with 0 to 9 digits of a second, with an offset or **without a zone**, and with a space instead of the `T`. A time
/// without a zone counts as UTC, and [`has_zone`](Self::has_zone) is false. Writes RFC 3339 in UTC. Two times are equal if they
/// are the same instant, whatever their zones. The vendor's article specifies times only as "string".
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
    has_zone: bool,
}

/// The error of a text that is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl Timestamp {
    /// Creates a time from the seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
    ///
    /// # Panics
    ///
    /// Panics if `nanos` is 1,000,000,000 or more.
    pub const fn from_unix(seconds: i64, nanos: u32) -> Self {
        assert!(nanos < NANOS_PER_SECOND, "nanos must be below a second");
        Self { seconds, nanos, has_zone: true }
    }

    /// Creates a time from the milliseconds since 1970-01-01T00:00:00Z, as JavaScript counts them.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self::from_unix(millis.div_euclid(1000), millis.rem_euclid(1000) as u32 * 1_000_000)
    }

    /// Returns the whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds after [`unix_seconds`](Self::unix_seconds), below 1,000,000,000.
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_millis(self) -> i64 {
        self.seconds * 1000 + (self.nanos / 1_000_000) as i64
    }

    /// Returns whether the server specified a zone. If not, the time counts as UTC, and user interfaces should show that.
    pub const fn has_zone(self) -> bool {
        self.has_zone
    }

    /// Returns whether the time is 1970 or later. Servers send the year 1, the default of .NET, for a missing time.
    pub const fn is_known(self) -> bool {
        self.seconds >= 0
    }

    /// Returns the duration from `earlier` to this time. Returns `None` if this time is before `earlier`.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        let seconds = u64::try_from(self.seconds - earlier.seconds).ok()?;
        Duration::new(seconds, self.nanos).checked_sub(Duration::new(0, earlier.nanos))
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
            Err(error) => {
                let before = error.duration();
                let (seconds, nanos) = (before.as_secs() as i64, before.subsec_nanos());
                match nanos {
                    0 => Self::from_unix(-seconds, 0),
                    _ => Self::from_unix(-seconds - 1, NANOS_PER_SECOND - nanos),
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

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let parse::ParsedTime { seconds, nanos, has_zone } =
            parse::parse(text.trim_ascii().as_bytes()).ok_or(InvalidTimestamp)?;
        Ok(Self { seconds, nanos, has_zone })
    }
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time like 2026-03-14T02:00:02.117Z")
    }
}

impl std::error::Error for InvalidTimestamp {}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC with the fewest digits of a second that are exact: none, three, six, or nine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = calendar::date_from_days(self.seconds.div_euclid(SECONDS_PER_DAY));
        let second = self.seconds.rem_euclid(SECONDS_PER_DAY);
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

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_optional(deserializer)?.ok_or_else(|| de::Error::custom(InvalidTimestamp))
    }
}

/// Decodes a time that a server may omit. Any value that is not a time decodes to `None`, so that one unreadable time does not lose
/// a response.
pub(crate) fn deserialize_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    deserializer.deserialize_any(OptionalTimestamp)
}

struct OptionalTimestamp;

impl de::Visitor<'_> for OptionalTimestamp {
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
mod tests;
