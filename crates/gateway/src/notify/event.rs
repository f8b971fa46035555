//! The kinds of events.

use txjobs_sdk::ExecutionState;
use txjobs_store::NotifiedRun;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A run has failed by itself.
    Failed,
    /// A run has completed with errors.
    Errors,
    /// A run has completed with warnings.
    Warnings,
    /// A run has completed without errors and warnings.
    Completed,
    /// A run was canceled.
    Canceled,
    /// A run takes longer than it should.
    Slow,
    /// No run has started when one should have.
    NotStarted,
    /// A person tests the channel.
    Test,
}

impl EventKind {
    /// The ends of runs, which a channel can choose.
    pub const ENDS: [Self; 5] = [Self::Failed, Self::Errors, Self::Warnings, Self::Completed, Self::Canceled];
    /// The ends of runs of which a channel is told that chooses none.
    pub const DEFAULT: [Self; 2] = [Self::Failed, Self::Errors];

    /// Returns the name in the configuration and in notifications.
    pub fn label(self) -> Option<&'static str> {
        Some(self.name())
    }

    /// Returns the name in notifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Errors => "errors",
            Self::Warnings => "warnings",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Slow => "slow",
            Self::NotStarted => "not_started",
            Self::Test => "test",
        }
    }

    /// Returns the kind of the end of a run. `None`: its final state is not in the contract.
    pub fn of_end(run: &NotifiedRun) -> Option<Self> {
        match run.state {
            ExecutionState::Failed if run.is_canceled => Some(Self::Canceled),
            ExecutionState::Failed => Some(Self::Failed),
            ExecutionState::CompletedWithErrors => Some(Self::Errors),
            ExecutionState::CompletedWithWarnings => Some(Self::Warnings),
            ExecutionState::Completed => Some(Self::Completed),
            _ => None,
        }
    }
}
