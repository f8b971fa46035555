//! The pause between requests that a server requests.

use std::time::Duration;

use crate::{retry_after::RetryAfter, timestamp::Timestamp};

/// The pause after the first 429 without `Retry-After`. Each further one doubles it.
const DEFAULT_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after a 429 without `Retry-After`.
const MAX_DEFAULT_PAUSE: Duration = Duration::from_secs(60);

/// Decides when the next request may be sent after a server has requested a pause. The pause applies to all operations, because
/// servers count requests per key.
///
/// It has no clock: times are durations since a fixed moment that the caller chooses. A pause lasts at most
/// [`RetryAfter::MAX_DELAY`] after a response.
///
/// ```
/// # use std::time::Duration;
/// # use txjobs_sdk::{RateLimitPause, RetryAfter, Timestamp};
/// # let wall_clock = Timestamp::from_unix(0, 0);
/// let mut pause = RateLimitPause::default();
/// let now = Duration::from_secs(10);
/// assert_eq!(pause.remaining(now), Duration::ZERO);
/// pause.handle_response(now, wall_clock, 429, RetryAfter::parse("30"));
/// assert_eq!(pause.remaining(now), Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, Default)]
pub struct RateLimitPause {
    end: Duration,
    /// The pause that began after the last 429 without `Retry-After`. `None` after any other response.
    default_pause: Option<Duration>,
}

impl RateLimitPause {
    /// Returns how long to wait at the time `now` before a request is sent. Zero if there is no pause.
    pub fn remaining(&self, now: Duration) -> Duration {
        self.end.saturating_sub(now)
    }

    /// Handles the head of a response that arrived at `now`. A 429 starts a pause, and so does a 503 with `Retry-After`.
    /// `wall_clock` is the current time, for a `Retry-After` with a date in a response without `Date`.
    pub fn handle_response(
        &mut self,
        now: Duration,
        wall_clock: Timestamp,
        status: u16,
        retry_after: Option<RetryAfter>,
    ) {
        let requested = retry_after.map(|after| after.delay(wall_clock));
        let pause = match (status, requested) {
            (429 | 503, Some(requested)) => requested,
            (429, None) => {
                // Responses during a pause are those to requests from before it.
                let is_repeated = now >= self.end;
                let next = match self.default_pause {
                    None => DEFAULT_PAUSE,
                    Some(last) if is_repeated => (last * 2).min(MAX_DEFAULT_PAUSE),
                    Some(last) => last,
                };
                self.default_pause = Some(next);
                next
            }
            _ => {
                if now >= self.end {
                    self.default_pause = None;
                }
                return;
            }
        };
        self.end = self.end.max(now.saturating_add(pause));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pause_without_retry_after_doubles_until_a_success() {
        let (mut pause, wall_clock) = (RateLimitPause::default(), Timestamp::from_unix(0, 0));
        let at = Duration::from_secs;
        let mut handle = |now: u64, status| {
            pause.handle_response(at(now), wall_clock, status, None);
            pause.remaining(at(now)).as_secs()
        };
        assert_eq!([handle(0, 429), handle(0, 429), handle(1, 429), handle(3, 429)], [1, 1, 2, 4]);
        assert_eq!([handle(4, 200), handle(7, 429), handle(100, 429), handle(200, 429)], [3, 8, 16, 32]);
        assert_eq!([handle(300, 429), handle(400, 429)], [60, 60]);
        assert_eq!([handle(500, 200), handle(500, 429)], [0, 1]);
    }

    #[test]
    fn several_pauses_last_until_the_latest_end() {
        let (mut pause, wall_clock) = (RateLimitPause::default(), Timestamp::from_unix(0, 0));
        let at = Duration::from_secs;
        pause.handle_response(at(0), wall_clock, 503, None);
        pause.handle_response(at(0), wall_clock, 500, RetryAfter::parse("9"));
        pause.handle_response(at(0), wall_clock, 200, RetryAfter::parse("9"));
        assert_eq!(pause.remaining(at(0)), Duration::ZERO);
        pause.handle_response(at(0), wall_clock, 429, None);
        assert_eq!(pause.remaining(at(0)), DEFAULT_PAUSE);
        pause.handle_response(at(0), wall_clock, 503, RetryAfter::parse("20"));
        pause.handle_response(at(1), wall_clock, 429, RetryAfter::parse("2"));
        assert_eq!(pause.remaining(at(1)), at(19));
        pause.handle_response(at(30), wall_clock, 429, RetryAfter::parse("86400"));
        assert_eq!(pause.remaining(at(30)), RetryAfter::MAX_DELAY);
    }
}
