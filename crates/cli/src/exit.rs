//! The exit codes: the only list of them. The help, the documentation and the JSON output follow it.

use std::process::ExitCode;

use txjobs_sdk::ExecutionState;

use crate::signals::Signal;

/// An exit code. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Completed = 0,
    Failed = 1,
    Usage = 2,
    CompletedWithErrors = 3,
    KeyRefused = 4,
    CompletedWithWarnings = 5,
    TimedOut = 6,
    Error = 7,
    // 128 plus the number of the signal, as in a shell. A run that was started continues.
    HungUp = 129,
    Interrupted = 130,
    Terminated = 143,
}

impl Exit {
    /// All codes with their meaning, in the order of their numbers.
    pub(crate) const ALL: [(Self, &str); 11] = [
        (Self::Completed, "success; for run and follow: the execution completed"),
        (Self::Failed, "the execution failed"),
        (Self::Usage, "the arguments or settings are not valid, or not exactly one job matches"),
        (Self::CompletedWithErrors, "the execution completed with errors"),
        (Self::KeyRefused, "the API key was refused"),
        (Self::CompletedWithWarnings, "the execution completed with warnings (only with --fail-on warnings)"),
        (Self::TimedOut, "the wait timed out; the job continues"),
        (
            Self::Error,
            "a network or server error, a refusal by the server, no outcome, or output that cannot be written",
        ),
        (Self::HungUp, "the terminal was closed (SIGHUP)"),
        (Self::Interrupted, "interrupted (SIGINT, Ctrl-C)"),
        (Self::Terminated, "terminated (SIGTERM)"),
    ];

    /// Returns the code for the final state of an execution.
    pub(crate) fn from_state(state: ExecutionState, warnings_fail: bool) -> Self {
        match state {
            ExecutionState::Completed => Self::Completed,
            ExecutionState::CompletedWithWarnings if warnings_fail => Self::CompletedWithWarnings,
            ExecutionState::CompletedWithWarnings => Self::Completed,
            ExecutionState::CompletedWithErrors => Self::CompletedWithErrors,
            // An unknown final state counts as a failure.
            _ => Self::Failed,
        }
    }

    /// Returns the code for several runs: that of the run which needs attention most.
    pub(crate) fn worst(exits: impl IntoIterator<Item = Self>) -> Self {
        let order = [
            Self::Completed,
            Self::CompletedWithWarnings,
            Self::CompletedWithErrors,
            Self::Failed,
            Self::TimedOut,
            Self::Error,
            Self::KeyRefused,
            Self::Usage,
        ];
        let rank = |exit: &Self| order.iter().position(|other| other == exit).unwrap_or(order.len());
        exits.into_iter().max_by_key(rank).unwrap_or(Self::Completed)
    }

    /// Returns the number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<Signal> for Exit {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
            Signal::HangUp => Self::HungUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_code_of_each_final_state() {
        use ExecutionState::*;
        let code = |state, warnings_fail| Exit::from_state(state, warnings_fail) as u8;
        assert_eq!(
            [Completed, Failed, CompletedWithErrors, CompletedWithWarnings].map(|s| code(s, false)),
            [0, 1, 3, 0]
        );
        assert_eq!(code(CompletedWithWarnings, true), 5);
        assert_eq!(code(Unknown(7), false), 1);
    }

    #[test]
    fn exit_code_of_several_runs_is_that_of_the_worst() {
        assert_eq!(Exit::worst([]), Exit::Completed);
        assert_eq!(Exit::worst([Exit::Completed, Exit::CompletedWithErrors, Exit::Completed]).code(), 3);
        assert_eq!(Exit::worst([Exit::Failed, Exit::CompletedWithErrors]).code(), 1);
        assert_eq!(Exit::worst([Exit::Failed, Exit::TimedOut]).code(), 6);
        assert_eq!(Exit::worst([Exit::KeyRefused, Exit::Error]).code(), 4);
    }
}
