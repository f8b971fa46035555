//! Limits the rate of requests. A time window starts with its first request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use txjobs_gateway::clock::{Micros, micros};

use crate::behavior::RateLimit;

/// What was call in the time that goes on. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct RateLimiter(Arc<Mutex<Window>>);

#[derive(Debug, Default)]
struct Window {
    start: Option<Micros>,
    requests: u32,
}

impl RateLimiter {
    /// Forgets what was call.
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
        let left = start.saturating_add(length) - now;
        (window.requests > limit.requests).then(|| Duration::from_micros(left.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_over_the_limit_has_to_wait() {
        let limit: RateLimit = serde_json::from_str(r#"{ "requests": 2, "per": "1s" }"#).unwrap();
        let limiter = RateLimiter::default();
        let refused: Vec<_> = [0, 100_000, 200_000, 999_999, 1_000_000, 1_000_001, 1_000_002, 500_000]
            .map(|now| limiter.count(limit, now).map(|wait| wait.as_micros()))
            .to_vec();
        assert_eq!(refused, [None, None, Some(800_000), Some(1), None, None, Some(999_998), None]);
    }
}
