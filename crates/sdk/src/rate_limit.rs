//! A gate for all requests of a client. It is closed while the server asks for a pause.

use std::time::Duration;

use crate::{RetryAfter, Timestamp};

/// How long a 429 without `Retry-After` closes the gate.
const DEFAULT_PAUSE: Duration = Duration::from_secs(1);

/// Decides when the next request may be sent after a server has asked for a pause. The pause holds for every operation, because
/// servers count requests per key.
///
/// It has no clock: times are durations since a fixed moment that the caller chooses. It is closed for at most
/// [`RetryAfter::MAX_DELAY`] after an answer.
///
/// ```
/// # use std::time::Duration;
/// # use txjobs_sdk::{RateLimitPause, RetryAfter, Timestamp};
/// # let wall_clock = Timestamp::from_unix(0, 0);
/// let mut gate = RateLimitPause::default();
/// let now = Duration::from_secs(10);
/// assert_eq!(gate.remaining(now), Duration::ZERO);
/// gate.handle_response(now, wall_clock, 429, RetryAfter::parse("30"));
/// assert_eq!(gate.remaining(now), Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, Default)]
pub struct RateLimitPause {
    opens: Duration,
}

impl RateLimitPause {
    /// Returns how long to wait at the time `now` before a request is sent; zero while the gate is open.
    pub fn remaining(&self, now: Duration) -> Duration {
        self.opens.saturating_sub(now)
    }

    /// Handles the head of an answer that arrived at `now`: 429 closes the gate, and so does 503 with a `Retry-After`.
    /// `wall_clock` is the current time, for a date in an answer without a `Date` header.
    pub fn handle_response(
        &mut self,
        now: Duration,
        wall_clock: Timestamp,
        status: u16,
        retry_after: Option<RetryAfter>,
    ) {
        let asked_for = retry_after.map(|after| after.delay(wall_clock));
        let pause = match (status, asked_for) {
            (429, asked_for) => asked_for.unwrap_or(DEFAULT_PAUSE),
            (503, Some(asked_for)) => asked_for,
            _ => return,
        };
        self.opens = self.opens.max(now.saturating_add(pause));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_pause_wins_up_to_the_maximum() {
        let (mut gate, wall_clock) = (RateLimitPause::default(), Timestamp::from_unix(0, 0));
        let at = Duration::from_secs;
        gate.handle_response(at(0), wall_clock, 503, None);
        gate.handle_response(at(0), wall_clock, 500, RetryAfter::parse("9"));
        gate.handle_response(at(0), wall_clock, 200, RetryAfter::parse("9"));
        assert_eq!(gate.remaining(at(0)), Duration::ZERO);
        gate.handle_response(at(0), wall_clock, 429, None);
        assert_eq!(gate.remaining(at(0)), DEFAULT_PAUSE);
        gate.handle_response(at(0), wall_clock, 503, RetryAfter::parse("20"));
        gate.handle_response(at(1), wall_clock, 429, RetryAfter::parse("2"));
        assert_eq!(gate.remaining(at(1)), at(19));
        gate.handle_response(at(30), wall_clock, 429, RetryAfter::parse("86400"));
        assert_eq!(gate.remaining(at(30)), RetryAfter::MAX_DELAY);
    }
}
