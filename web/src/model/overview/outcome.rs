//! Which outcomes need attention.

use txjobs_sdk::ExecutionState;

/// Returns how bad an outcome is: 3 is the worst, and 0 needs no attention.
pub fn severity(state: ExecutionState) -> u8 {
    match state {
        ExecutionState::Failed => 3,
        ExecutionState::CompletedWithErrors => 2,
        ExecutionState::CompletedWithWarnings => 1,
        _ => 0,
    }
}
