//! When an API key expires, as users write it.

use std::time::Duration;

use txjobs_sdk::Timestamp;

use crate::clock::{MAX_TIME, Micros, from_timestamp, micros};

/// When a key expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// After this time.
    In(Duration),
    /// At this time.
    At(Micros),
}

impl Expiry {
    /// Returns the time at which a key expires.
    pub fn time(self, now: Micros) -> Micros {
        match self {
            Self::In(duration) => now.saturating_add(micros(duration)).min(MAX_TIME),
            Self::At(time) => time,
        }
    }
}

/// Parses a duration or a date.
///
/// # Errors
///
/// Fails with a text that says what to write.
pub fn parse_expiry(text: &str) -> Result<Expiry, String> {
    if let Ok(time) = parse_date(text) {
        return Ok(Expiry::At(time));
    }
    let duration = parse_validity(text);
    duration
        .map(Expiry::In)
        .map_err(|_| "write a duration like 90d or 12h, or a date like 2027-01-31".to_owned())
}

/// Parses the time for which a key remains valid. It needs a unit, because a number could mean seconds or days.
///
/// # Errors
///
/// Fails with a text that says what to write.
pub fn parse_validity(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text.trim()) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("write a duration longer than zero, like 90d or 12h".to_owned()),
    }
}

/// Parses a date, which means its start in UTC, or a time.
///
/// # Errors
///
/// Fails with a text that says what to write.
pub fn parse_date(text: &str) -> Result<Micros, String> {
    let text = text.trim();
    let is_date = text.len() == "2027-01-31".len() && !text.contains(['T', 't', ':']);
    let time = if is_date { format!("{text}T00:00:00Z").parse() } else { text.parse::<Timestamp>() };
    let time =
        time.map_err(|_| "write a date like 2027-01-31 or a time like 2027-01-31T18:00:00Z".to_owned())?;
    Ok(from_timestamp(&time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::timestamp;

    #[test]
    fn durations_and_dates_are_read() {
        const DAY: u64 = 86_400;
        assert_eq!(parse_expiry("90d"), Ok(Expiry::In(Duration::from_secs(90 * DAY))));
        assert_eq!(parse_expiry(" 1d 12h "), Ok(Expiry::In(Duration::from_secs(DAY * 3 / 2))));
        for (text, expected) in [
            ("2027-01-31", "2027-01-31T00:00:00Z"),
            ("2027-01-31T18:00:00Z", "2027-01-31T18:00:00Z"),
            ("2027-01-31T18:00:00+02:00", "2027-01-31T16:00:00Z"),
        ] {
            let Ok(Expiry::At(time)) = parse_expiry(text) else { panic!("{text}") };
            assert_eq!(timestamp(time).to_string(), expected);
        }
    }

    #[test]
    fn unclear_text_is_refused() {
        for text in ["", "90", "0d", "-1d", "soon", "2027-13-01", "2027-02-30", "31.01.2027", "90 bananas"] {
            let error = parse_expiry(text).unwrap_err();
            assert_eq!(error, "write a duration like 90d or 12h, or a date like 2027-01-31", "{text}");
        }
        assert!(parse_validity("0s").is_err() && parse_date("7d").is_err());
    }

    #[test]
    fn latest_time_is_the_end_of_the_contract_s_calendar() {
        assert_eq!(Expiry::In(Duration::from_secs(7)).time(1_000_000), 8_000_000);
        assert_eq!(Expiry::In(Duration::MAX).time(0), MAX_TIME);
    }
}
