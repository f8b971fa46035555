//! Decides when the next request is due: often at the start and after changes, rarely while nothing changes.

use std::time::Duration;

/// The interval at the start, when a short job begins and ends.
const START_INTERVAL: Duration = Duration::from_millis(300);
/// How long the start lasts.
const START_PERIOD: Duration = Duration::from_secs(6);
/// The shortest interval after the start. Together with the start this allows at most 75 requests in any minute.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// The longest interval while nothing changes.
const MAX_INTERVAL: Duration = Duration::from_secs(5);
/// The wait after a response, as a multiple of the time that the response took. The server is then busy with these requests for at
/// most a third of the time.
const RESPONSE_TIME_FACTOR: u32 = 2;
/// The longest delay after errors. Each error doubles the delay.
const MAX_ERROR_DELAY: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub(super) struct PollSchedule {
    start: Duration,
    last_change: Duration,
    last_request: Duration,
    next_request: Duration,
    consecutive_errors: u32,
    /// The state of the generator for the jitter.
    random_state: u64,
}

impl PollSchedule {
    pub(super) fn new(now: Duration, seed: u64) -> Self {
        Self {
            start: now,
            last_change: now,
            last_request: now,
            next_request: now,
            consecutive_errors: 0,
            random_state: seed,
        }
    }

    /// Returns the time of the next request.
    pub(super) fn next_request(&self) -> Duration {
        self.next_request
    }

    /// Records that a request was sent.
    pub(super) fn mark_sent(&mut self, now: Duration) {
        self.last_request = now;
    }

    /// Schedules the next request after a response. `is_changed` is whether the response contained anything new.
    pub(super) fn handle_response(&mut self, now: Duration, is_changed: bool) {
        self.consecutive_errors = 0;
        if is_changed {
            self.last_change = now;
        }
        let is_at_start = now.saturating_sub(self.start) < START_PERIOD;
        let shortest = if is_at_start { START_INTERVAL } else { MIN_INTERVAL };
        let interval = (now.saturating_sub(self.last_change) / 4).clamp(shortest, MAX_INTERVAL);
        let response_time = now.saturating_sub(self.last_request);
        self.schedule(now, interval.max(response_time * RESPONSE_TIME_FACTOR));
    }

    /// Schedules the next request after an error. `requested_delay` is the delay that the server requested.
    pub(super) fn handle_error(&mut self, now: Duration, requested_delay: Duration) {
        self.consecutive_errors = (self.consecutive_errors + 1).min(8);
        let backoff = (MIN_INTERVAL * (1 << (self.consecutive_errors - 1))).min(MAX_ERROR_DELAY);
        self.schedule(now, backoff.max(requested_delay));
    }

    /// Makes the next request due now.
    pub(super) fn restart(&mut self, now: Duration) {
        self.consecutive_errors = 0;
        self.last_change = now;
        self.next_request = now;
    }

    /// Postpones the next request to at least `delay` after `now`.
    pub(super) fn postpone(&mut self, now: Duration, delay: Duration) {
        self.next_request = self.next_request.max(now.saturating_add(delay));
    }

    /// Schedules the next request after `delay` and up to a fifth more, so that many clients spread out.
    fn schedule(&mut self, now: Duration, delay: Duration) {
        // One step of the generator SplitMix64. The jitter does not need better randomness.
        self.random_state = self.random_state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random_state ^ (self.random_state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40;
        let jitter = delay / (5 << 24) * mixed as u32;
        self.next_request = now.saturating_add(delay).saturating_add(jitter);
    }
}
