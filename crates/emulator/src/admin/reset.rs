//! `/admin/reset`

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use tokio::time::Instant;
use txjobs_store::CancelOutcome;

use super::error::AdminError;
use super::state::AdminState;
use crate::behavior::Behavior;

/// The longest time for running jobs to end. A command has five seconds before it is killed.
const MAX_WAIT: Duration = Duration::from_secs(20);
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

pub(super) async fn handle(State(state): State<AdminState>) -> Result<StatusCode, AdminError> {
    state.set_behavior(Behavior::default());
    // Resets the clock first, because a run that waits for a frozen clock never ends.
    state.emulator.reset();
    let store = &state.app.store;
    let deadline = Instant::now() + MAX_WAIT;
    while Instant::now() < deadline {
        for job in store.unfinished_jobs().await?.ids() {
            if let CancelOutcome::Requested(run) = store.cancel_run(job, state.app.clock.now()).await? {
                state.app.runner.cancel(&run);
            }
        }
        if state.fixtures.reset().await? {
            restart_schedules(&state).await?;
            // Removes the requests that arrived during the reset.
            state.emulator.journal.clear();
            return Ok(StatusCode::NO_CONTENT);
        }
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
    let message = "A job is still running although it was canceled. The executions and the seeded organizations were not removed. Try again.";
    Err(AdminError::new(StatusCode::SERVICE_UNAVAILABLE, message))
}

/// Handles the schedules from the current time on. Otherwise nothing would be due until the latest time that the clock has shown.
async fn restart_schedules(state: &AdminState) -> Result<(), AdminError> {
    let (store, schedules, now) = (&state.app.store, &state.app.schedules, state.app.clock.now());
    let current = schedules.current();
    store.declare_schedules(&[], now).await?;
    store.declare_schedules(&current.declared(), now).await?;
    schedules.set((*current).clone());
    Ok(())
}
