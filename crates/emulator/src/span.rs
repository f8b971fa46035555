//! A duration in the notation of the admin API: numbers with units, or a number of seconds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Each unit with its length in milliseconds, and how many digits its number may have. No duration is above six years, so that a
/// sum of many does not overflow the clock.
const UNITS: [(&str, u64, u32); 5] =
    [("d", 86_400_000, 3), ("h", 3_600_000, 4), ("m", 60_000, 6), ("s", 1000, 6), ("ms", 1, 6)];
/// The most digits of a number of seconds without a unit.
const MAX_SECONDS_DIGITS: u32 = 6;

/// A duration like `200ms`, `1h30m` or `90` (seconds).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let milliseconds = match text.bytes().all(|b| b.is_ascii_digit()) {
            true => number(text, MAX_SECONDS_DIGITS).map(|seconds| seconds * 1000),
            false => sum(text),
        };
        milliseconds.map(|milliseconds| Self(Duration::from_millis(milliseconds))).ok_or_else(|| {
            format!("{text:?} is not a duration like 200ms, 3s, 1h30m, 1d or 90 (seconds), of at most 999d")
        })
    }
}

/// Adds numbers with units, from the largest unit to the smallest. Returns `None` for any other text.
fn sum(mut text: &str) -> Option<u64> {
    let mut units = UNITS.iter();
    let mut milliseconds = 0;
    while !text.is_empty() {
        let (digits, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        let (unit, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_alphabetic).count());
        let (_, length, max_digits) = units.find(|(name, ..)| *name == unit)?;
        milliseconds += number(digits, *max_digits)? * length;
        text = rest;
    }
    Some(milliseconds)
}

fn number(digits: &str, max_digits: u32) -> Option<u64> {
    (digits.len() <= max_digits as usize).then(|| digits.parse().ok()).flatten()
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let has_few_digits = |number: u64, max_digits| number < 10_u64.pow(max_digits);
        let one = UNITS.iter().find(|(_, length, max_digits)| {
            all != 0 && all % length == 0 && has_few_digits(all / length, *max_digits)
        });
        if let Some((unit, length, _)) = one {
            return write!(f, "{}{unit}", all / length);
        }
        if all == 0 {
            return f.write_str("0s");
        }
        let mut rest = all;
        for (unit, length, max_digits) in UNITS {
            let number = (rest / length).min(10_u64.pow(max_digits) - 1);
            rest -= number * length;
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn numbers_with_units_are_added() {
        for (text, shown) in [
            ("200ms", "200ms"),
            ("3000ms", "3s"),
            ("90s", "90s"),
            ("120m", "2h"),
            ("0d", "0s"),
            ("999d", "999d"),
            ("1000m", "1000m"),
            ("999999m", "999999m"),
            ("144000s", "40h"),
            ("1h30m", "90m"),
            ("1d2h3m4s5ms", "1d2h3m4s5ms"),
            ("999d9999h999999m999999s999999ms", "999d9999h999999m999999s999999ms"),
            ("90", "90s"),
        ] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), shown);
        }
        for text in [
            "", "s", "-3s", "30m1h", "1h1h", "1000000", "1h30", "1.5s", "3 s", "3S", "1h 30m", "1000000s",
            "3sec", "３s", "1000d", "10000h", "d",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
