//! The state that the handlers share.

use txjobs_gateway::api::AppState;

use crate::behavior::Behavior;
use crate::emulator::Emulator;
use crate::fixtures::FixtureStore;

/// The state of the admin API. Clones share it.
#[derive(Clone, Debug)]
pub struct AdminState {
    /// The state of the gateway.
    pub app: AppState,
    /// The state of the emulator.
    pub emulator: Emulator,
    /// The generated organizations.
    pub fixtures: FixtureStore,
}

impl AdminState {
    /// Sets the behavior.
    pub(super) fn set_behavior(&self, behavior: Behavior) {
        self.app.runner.set_start_delay(behavior.start_delay.0);
        self.emulator.set_behavior(behavior);
    }
}
