//! The next step of a run follower.

use std::time::Duration;

use crate::{error::Error, operation::Request, states::ExecutionState};

/// What the caller of [`RunFollower::step`](crate::follow::RunFollower::step) does next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send this request for the run's log. Then call
    /// [`handle_response`](crate::follow::RunFollower::handle_response) or [`handle_error`](crate::follow::RunFollower::handle_error).
    Send(Request),
    /// Send this request for the job's status. Then call
    /// [`handle_status`](crate::follow::RunFollower::handle_status) or [`handle_error`](crate::follow::RunFollower::handle_error).
    SendStatusRequest(Request),
    /// Wait until this time. Then call [`step`](crate::follow::RunFollower::step) again.
    Wait(Duration),
    /// The execution has ended in this state, and all log lines were returned.
    Ended(ExecutionState),
    /// The deadline has passed. The job continues.
    TimedOut,
    /// The run does not exist, or it ended without an execution. The kind of the error says which.
    Failed(Error),
}
