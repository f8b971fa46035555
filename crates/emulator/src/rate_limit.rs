//! Limits the rate of requests. A time window starts with its first request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use txjobs_gateway::clock::{Micros, micros};

use crate::behavior::RateLimit;

/// Counts the requests of the current window. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct RateLimiter(Arc<Mutex<Window>>);

#[derive(Debug, Default)]
struct Window {
    start: Option<Micros>,
    requests: u32,
}

impl RateLimiter {
    /// Forgets the requests.
    pub fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Window::default();
    }

    /// Counts a request. Returns how long to wait if it exceeds the limit.
    pub fn count(&self, limit: RateLimit, now: Micros) -> Option<Duration> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let length = micros(limit.per.0);
        // A clock that was set back starts a new window as well.
        let start = window.start.filter(|start| (*start..start.saturating_add(length)).contains(&now));
        let start = start.unwrap_or_else(|| {
            window.requests = 0;
            now
        });
        window.start = Some(start);
        window.requests = window.requests.saturating_add(1);
        let remaining = start.saturating_add(length) - now;
        (window.requests > limit.requests).then(|| Duration::from_micros(remaining.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_over_the_limit_must_wait_for_the_next_window() {
        let limit: RateLimit = serde_json::from_str(r#"{ "requests": 2, "per": "1s" }"#).unwrap();
        let limiter = RateLimiter::default();
        let waits: Vec<_> = [0, 100_000, 200_000, 999_999, 1_000_000, 1_000_001, 1_000_002, 500_000]
            .map(|now| limiter.count(limit, now).map(|wait| wait.as_micros()))
            .to_vec();
        assert_eq!(waits, [None, None, Some(800_000), Some(1), None, None, Some(999_998), None]);
    }
}
