//! The rate limit pause that a client and its clones share.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use reqwest::{StatusCode, header::HeaderMap};

use crate::{rate_limit::RateLimitPause, timestamp::Timestamp, transport_error::retry_after};

/// The most milliseconds that are added to a pause.
const MAX_JITTER_MS: u64 = 100;

/// A [`RateLimitPause`] with a clock. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct SharedPause {
    start: Instant,
    pause: Arc<Mutex<RateLimitPause>>,
}

impl SharedPause {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), pause: Arc::default() }
    }

    /// Waits until the pause is over.
    pub(crate) async fn wait(&self) {
        loop {
            let remaining = self.lock().remaining(self.start.elapsed());
            if remaining.is_zero() {
                return;
            }
            tracing::debug!(?remaining, "waiting because the server limits the request rate");
            // The jitter spreads out the waiting requests.
            let jitter = Duration::from_millis(fastrand::u64(1..MAX_JITTER_MS));
            tokio::time::sleep(remaining + jitter).await;
        }
    }

    pub(crate) fn handle_response(&self, status: StatusCode, headers: &HeaderMap) {
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            let wall_clock = Timestamp::from(SystemTime::now());
            let retry_after = retry_after(headers);
            self.lock().handle_response(self.start.elapsed(), wall_clock, status.as_u16(), retry_after);
        }
    }

    fn lock(&self) -> MutexGuard<'_, RateLimitPause> {
        self.pause.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
