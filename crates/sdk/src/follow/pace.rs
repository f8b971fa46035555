//! How often to ask: quick at the start and near activity, slower while nothing happens, never more than bearable.

use std::time::Duration;

/// In the first moments, when a quick job begins and ends.
const AT_THE_START: Duration = Duration::from_millis(300);
/// How long those moments are.
const START: Duration = Duration::from_secs(6);
/// Later, near activity: with the start's, at most 75 in any minute.
const NEAR_ACTIVITY: Duration = Duration::from_secs(1);
/// While nothing happens.
const QUIET: Duration = Duration::from_secs(5);
/// An answer that took long is not asked for again at once: the server works at most a third of the time for us.
const TIMES_THE_ANSWER: u32 = 2;
/// Error doubles the delay up to this.
const IN_TROUBLE: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub(super) struct Pace {
    started: Duration,
    changed: Duration,
    asked: Duration,
    next: Duration,
    troubles: u32,
    random: u64,
}

impl Pace {
    pub(super) fn new(now: Duration, seed: u64) -> Self {
        Self { started: now, changed: now, asked: now, next: now, troubles: 0, random: seed }
    }

    /// When to ask next.
    pub(super) fn next(&self) -> Duration {
        self.next
    }

    pub(super) fn request_sent(&mut self, now: Duration) {
        self.asked = now;
    }

    /// An answer came; `changed` is whether it told something new.
    pub(super) fn handle_response(&mut self, now: Duration, changed: bool) {
        self.troubles = 0;
        if changed {
            self.changed = now;
        }
        let least = if now.saturating_sub(self.started) < START { AT_THE_START } else { NEAR_ACTIVITY };
        let quiet = (now.saturating_sub(self.changed) / 4).clamp(least, QUIET);
        let took = now.saturating_sub(self.asked);
        self.wait(now, quiet.max(took * TIMES_THE_ANSWER));
    }

    /// Ask again no sooner than this after the last answer.
    pub(super) fn at_least(&mut self, now: Duration, delay: Duration) {
        self.next = self.next.max(now.saturating_add(delay));
    }

    /// Error came; wait at least `asked_for`.
    pub(super) fn handle_error(&mut self, now: Duration, asked_for: Duration) {
        self.troubles = (self.troubles + 1).min(8);
        let backoff = (NEAR_ACTIVITY * (1 << (self.troubles - 1))).min(IN_TROUBLE);
        self.wait(now, backoff.max(asked_for));
    }

    /// Up to a fifth longer, so that many clients spread out.
    fn wait(&mut self, now: Duration, delay: Duration) {
        // A step of the generator SplitMix64: no randomness is needed, only unevenness.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40;
        let longer = delay / (5 << 24) * mixed as u32;
        self.next = now.saturating_add(delay).saturating_add(longer);
    }
}
