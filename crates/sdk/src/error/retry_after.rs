//! Parses the `Retry-After` of an answer.

use std::time::Duration;

use crate::Timestamp;

/// The `Retry-After` of an answer: RFC 9110, section 10.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Wait this long.
    Delay(Duration),
    /// Wait until then, by the server's clock.
    At(Timestamp),
}

impl RetryAfter {
    /// The longest delay: five minutes. If the server is still busy then, it asks for another pause.
    pub const MAX_DELAY: Duration = Duration::from_secs(5 * 60);

    /// Reads the header's value: whole seconds or an HTTP date.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // More seconds than an integer can hold are still a delay.
            return Some(Self::Delay(Duration::from_secs(value.parse().unwrap_or(u64::MAX))));
        }
        http_date(value).map(Self::At)
    }

    /// Counts a date from the answer's own `Date` header instead of from this machine's clock, which may differ from the
    /// server's. Without a header that can be read it stays a date.
    #[must_use]
    pub fn relative_to_server_date(self, date: Option<&str>) -> Self {
        match (self, date.and_then(|date| http_date(date.trim()))) {
            (Self::At(time), Some(date)) => Self::Delay(time.since(date).unwrap_or_default()),
            (unchanged, _) => unchanged,
        }
    }

    /// Returns how long to wait from `now`: zero if the moment has passed, at most [`MAX_DELAY`](Self::MAX_DELAY).
    pub fn delay(self, now: Timestamp) -> Duration {
        let delay = match self {
            Self::Delay(delay) => delay,
            Self::At(time) => time.since(now).unwrap_or_default(),
        };
        delay.min(Self::MAX_DELAY)
    }
}

fn http_date(value: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(value).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_unix(since_epoch.as_secs() as i64, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "Sat, 14 Mar 2026 02:00:00 GMT";

    #[test]
    fn retry_after_in_both_forms_is_read() {
        let now = "2026-03-14T02:00:00Z".parse().unwrap();
        let delay = |value| RetryAfter::parse(value).map(|after| after.delay(now));
        assert_eq!(delay(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(delay("Sat, 14 Mar 2026 02:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(delay("Sat, 14 Mar 2026 01:00:30 GMT"), Some(Duration::ZERO));
        assert_eq!(delay("soon"), None);
        assert_eq!(delay("-1"), None);
        assert_eq!(delay(""), None);
    }

    #[test]
    fn delay_is_at_most_the_maximum() {
        let now = "2026-03-14T02:00:00Z".parse().unwrap();
        for long in ["3600", "99999999999999999999999", "Sun, 14 Mar 2027 02:00:00 GMT"] {
            assert_eq!(RetryAfter::parse(long).unwrap().delay(now), RetryAfter::MAX_DELAY, "{long}");
        }
    }

    #[test]
    fn a_date_is_counted_from_the_server_s_clock() {
        let after = RetryAfter::parse("Sat, 14 Mar 2026 02:00:30 GMT").unwrap();
        // This machine's clock is an hour behind, or ahead.
        for now in ["2026-03-14T01:00:00Z", "2026-03-14T03:00:00Z"] {
            let now = now.parse().unwrap();
            assert_eq!(after.relative_to_server_date(Some(TWO)).delay(now), Duration::from_secs(30));
            assert_ne!(after.relative_to_server_date(None).delay(now), Duration::from_secs(30));
        }
        assert_eq!(after.relative_to_server_date(Some("yesterday")), after);
        let seconds = RetryAfter::parse("7").unwrap();
        assert_eq!(seconds.relative_to_server_date(Some(TWO)), seconds);
    }
}
