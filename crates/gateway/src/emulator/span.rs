//! A length of time as the admin part writes it: a whole number and a unit.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Each unit with its length in milliseconds, and how many digits its number may have. No length is above three years, so that a
/// sum of many does not overflow the clock.
const UNITS: [(&str, u64, usize); 5] =
    [("d", 86_400_000, 3), ("h", 3_600_000, 4), ("m", 60_000, 6), ("s", 1000, 6), ("ms", 1, 6)];

/// A length of time, like `200ms` or `3s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        let unit = UNITS.iter().find(|(name, _, max_digits)| *name == unit && digits.len() <= *max_digits);
        match (digits.parse::<u64>(), unit) {
            (Ok(number), Some((_, milliseconds, _))) => {
                Ok(Self(Duration::from_millis(number * milliseconds)))
            }
            _ => Err(format!("{text:?} is no length of time like 200ms, 3s, 5m, 2h or 1d, of at most 999d")),
        }
    }
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
        match UNITS
            .iter()
            .find(|(_, unit, max_digits)| all != 0 && all % unit == 0 && digits(all / unit) <= *max_digits)
        {
            Some((name, unit, _)) => write!(f, "{}{name}", all / unit),
            None => f.write_str("0s"),
        }
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn a_number_and_a_unit() {
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
        ] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), shown);
        }
        for text in [
            "", "3", "s", "-3s", "1.5s", "3 s", "3S", "1h 30m", "1000000s", "3sec", "３s", "1000d", "10000h",
            "d",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
