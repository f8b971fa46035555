//! The `Retry-After` header of a response.

use std::time::Duration;

use crate::timestamp::Timestamp;

/// A time that passed so long ago may have been in the future when the server sent it.
const MAX_RESPONSE_TIME: Duration = Duration::from_secs(10);

/// The value of a `Retry-After` header, as RFC 9110 defines it in section 10.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Wait for this duration.
    Delay(Duration),
    /// Wait until this time, by the server's clock.
    At(Timestamp),
}

impl RetryAfter {
    /// The longest delay: five minutes. A server that is still busy after that requests another delay.
    pub const MAX_DELAY: Duration = Duration::from_secs(5 * 60);

    /// The longest delay until a time that was not converted by
    /// [`relative_to_server_date`](Self::relative_to_server_date): one minute. The clock of this machine may be wrong by hours.
    pub const MAX_DELAY_BY_LOCAL_CLOCK: Duration = Duration::from_secs(60);

    /// Parses the header's value: whole seconds or an HTTP date. Returns `None` for any other text.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number too large for an integer is still a delay.
            return Some(Self::Delay(Duration::from_secs(value.parse().unwrap_or(u64::MAX))));
        }
        parse_http_date(value).map(Self::At)
    }

    /// Converts a time into a delay from the response's own `Date` header, because the clock of this machine may differ from the
    /// server's. Returns the value unchanged if it is a delay or if `date` is not an HTTP date.
    #[must_use]
    pub fn relative_to_server_date(self, date: Option<&str>) -> Self {
        match (self, date.and_then(|date| parse_http_date(date.trim()))) {
            (Self::At(time), Some(date)) => Self::Delay(time.since(date).unwrap_or_default()),
            (unchanged, _) => unchanged,
        }
    }

    /// Returns how long to wait from `now`: at most [`MAX_DELAY`](Self::MAX_DELAY), or
    /// [`MAX_DELAY_BY_LOCAL_CLOCK`](Self::MAX_DELAY_BY_LOCAL_CLOCK) until a time.
    ///
    /// A time that is not within this maximum is a sign of a wrong clock, so the delay is the maximum. This includes times in the
    /// past, except for the last seconds, which a slow response takes.
    pub fn delay(self, now: Timestamp) -> Duration {
        match self {
            Self::Delay(delay) => delay.min(Self::MAX_DELAY),
            Self::At(time) => {
                let is_past = now.since(time).is_some_and(|late| late <= MAX_RESPONSE_TIME);
                let delay = if is_past { Some(Duration::ZERO) } else { time.since(now) };
                delay
                    .map_or(Self::MAX_DELAY_BY_LOCAL_CLOCK, |delay| delay.min(Self::MAX_DELAY_BY_LOCAL_CLOCK))
            }
        }
    }
}

fn parse_http_date(value: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(value).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_unix(since_epoch.as_secs() as i64, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_O_CLOCK: &str = "Sat, 14 Mar 2026 02:00:00 GMT";

    #[test]
    fn parse_accepts_seconds_and_http_dates() {
        let now = "2026-03-14T02:00:00Z".parse().unwrap();
        let delay = |value| RetryAfter::parse(value).map(|after| after.delay(now));
        assert_eq!(delay(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(delay("Sat, 14 Mar 2026 02:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(delay("Sat, 14 Mar 2026 01:59:55 GMT"), Some(Duration::ZERO));
        assert_eq!(delay("soon"), None);
        assert_eq!(delay("-1"), None);
        assert_eq!(delay(""), None);
    }

    #[test]
    fn delay_is_at_most_the_maximum() {
        let now = "2026-03-14T02:00:00Z".parse().unwrap();
        for long in ["3600", "99999999999999999999999"] {
            assert_eq!(RetryAfter::parse(long).unwrap().delay(now), RetryAfter::MAX_DELAY, "{long}");
        }
    }

    #[test]
    fn delay_by_a_wrong_clock_is_one_minute() {
        let after = RetryAfter::parse("Sat, 14 Mar 2026 02:00:03 GMT").unwrap();
        for wrong in ["2026-03-14T01:00:00Z", "2026-03-14T03:00:00Z", "2027-03-14T02:00:00Z"] {
            assert_eq!(after.delay(wrong.parse().unwrap()), RetryAfter::MAX_DELAY_BY_LOCAL_CLOCK, "{wrong}");
        }
        let by_server = after.relative_to_server_date(Some(TWO_O_CLOCK));
        assert_eq!(by_server.delay("2026-03-14T03:00:00Z".parse().unwrap()), Duration::from_secs(3));
    }

    #[test]
    fn date_relative_to_the_server_date_ignores_the_local_clock() {
        let after = RetryAfter::parse("Sat, 14 Mar 2026 02:00:30 GMT").unwrap();
        for local_clock in ["2026-03-14T01:00:00Z", "2026-03-14T03:00:00Z"] {
            let now = local_clock.parse().unwrap();
            let delay = |date| after.relative_to_server_date(date).delay(now);
            assert_eq!(delay(Some(TWO_O_CLOCK)), Duration::from_secs(30));
            assert_ne!(delay(None), Duration::from_secs(30));
        }
        assert_eq!(after.relative_to_server_date(Some("yesterday")), after);
        let seconds = RetryAfter::parse("7").unwrap();
        assert_eq!(seconds.relative_to_server_date(Some(TWO_O_CLOCK)), seconds);
    }
}
