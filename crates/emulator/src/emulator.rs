//! The state of the emulator.

use crate::behavior::{Behavior, CurrentBehavior, Replicas};
use crate::clock::AdjustableClock;
use crate::faults::FaultRules;
use crate::journal::Journal;
use crate::lost_runs::LostRuns;
use crate::rate_limit::RateLimiter;

/// The state of the emulator. Clones share it.
#[derive(Clone, Debug)]
pub struct Emulator {
    /// The clock.
    pub clock: AdjustableClock,
    /// The fault rules.
    pub faults: FaultRules,
    /// The journal.
    pub journal: Journal,
    /// The behavior.
    pub behavior: CurrentBehavior,
    pub(crate) limiter: RateLimiter,
    pub(crate) replicas: Replicas,
    pub(crate) lost_runs: LostRuns,
}

impl Emulator {
    /// Creates an emulator that behaves like the gateway.
    pub fn new(clock: AdjustableClock) -> Self {
        Self {
            clock,
            faults: FaultRules::default(),
            journal: Journal::default(),
            behavior: CurrentBehavior::default(),
            limiter: RateLimiter::default(),
            replicas: Replicas::default(),
            lost_runs: LostRuns::default(),
        }
    }

    /// Removes the fault rules, the journal, and the lost runs, and resets the behavior and the clock.
    pub fn reset(&self) {
        self.faults.clear();
        self.journal.clear();
        self.lost_runs.clear();
        self.set_behavior(Behavior::default());
        self.clock.reset();
    }

    /// Sets the behavior. Restarts its rate limit and its replica lag.
    pub fn set_behavior(&self, behavior: Behavior) {
        self.behavior.set(behavior);
        self.limiter.reset();
        self.replicas.reset();
    }
}
