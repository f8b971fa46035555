//! The offset of a server's clock: a duration, with a minus sign if the clock is behind.

use std::fmt;

use serde::{Deserialize, Serialize};

use txjobs_gateway::clock::{Micros, micros};

use crate::span::Span;

/// How far a clock is ahead (`1h`) or behind (`-1h`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Skew {
    length: Span,
    is_behind: bool,
}

impl Skew {
    /// Returns whether the clock has no offset.
    pub fn is_zero(self) -> bool {
        self.length.0.is_zero()
    }

    /// Returns the time that this clock shows.
    pub fn shift(self, time: Micros) -> Micros {
        let by = micros(self.length.0);
        if self.is_behind { time.saturating_sub(by) } else { time.saturating_add(by) }
    }
}

impl TryFrom<String> for Skew {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (is_behind, length) = match text.strip_prefix('-') {
            Some(length) => (true, length),
            None => (false, text.as_str()),
        };
        Ok(Self { length: length.parse()?, is_behind })
    }
}

impl From<Skew> for String {
    fn from(skew: Skew) -> Self {
        skew.to_string()
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_behind && !self.is_zero() { "-" } else { "" };
        write!(f, "{sign}{}", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skew(text: &str) -> Result<Skew, String> {
        Skew::try_from(text.to_owned())
    }

    #[test]
    fn skew_is_ahead_or_behind() {
        for (text, shown, shifted) in
            [("1h", "1h", 3_600_000_000), ("-90s", "-90s", -90_000_000), ("-0s", "0s", 0), ("0s", "0s", 0)]
        {
            let skew = skew(text).unwrap();
            assert_eq!((skew.to_string().as_str(), skew.shift(0)), (shown, shifted), "{text}");
        }
        for text in ["", "-", "--1h", "+1h", "- 1h", "an hour"] {
            assert!(skew(text).is_err(), "{text}");
        }
    }
}
