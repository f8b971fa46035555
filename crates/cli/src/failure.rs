//! The failures of commands, and the exit codes.

use std::{fmt, io, process::ExitCode};

use txjobs_sdk::{Error, ErrorKind, ExecutionState, InvalidKey, SetupError};

use crate::signals::Signal;

/// The exit codes. They are stable, and documented in `txjobs --help` and the command line reference.
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
    /// A network or server error, or output that cannot be written.
    Error = 7,
    // 128 plus the number of the signal, as in a shell. A run that was started continues.
    HungUp = 129,
    Interrupted = 130,
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
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

impl Exit {
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
}

/// The reason why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are not valid.
    Usage(String),
    /// A request failed.
    Api(Error),
    /// A request failed, and its outcome or that of the run is unknown. The text is the next step.
    OutcomeUnknown(Error, String),
    /// The wait timed out, and the job continues. The text is the next step.
    TimedOut(String),
    /// A signal ended the command. The clause is about the interrupted work.
    Interrupted(Signal, Option<String>),
    /// Standard output cannot be written for another reason than a closed pipe. The text is the next step for a run that was started.
    Output(io::Error, Option<String>),
    /// An operating system call failed.
    System(String),
}

impl Failure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Api(error) | Self::OutcomeUnknown(error, _) if error.kind == ErrorKind::KeyRefused => {
                Exit::KeyRefused
            }
            Self::Api(_) | Self::OutcomeUnknown(..) | Self::Output(..) | Self::System(_) => Exit::Error,
            Self::TimedOut(_) => Exit::TimedOut,
            Self::Interrupted(signal, _) => (*signal).into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::System(message) => f.write_str(message),
            Self::Api(error) => error.fmt(f),
            Self::OutcomeUnknown(error, next) => write!(f, "{error}\n{next}"),
            Self::TimedOut(next) => write!(f, "The wait timed out; the job continues. {next}"),
            Self::Interrupted(signal, None) => write!(f, "Interrupted ({}).", signal.name()),
            Self::Interrupted(signal, Some(clause)) => write!(f, "Interrupted ({}); {clause}", signal.name()),
            Self::Output(error, next) => {
                write!(f, "Standard output cannot be written: {error}.")?;
                next.iter().try_for_each(|next| write!(f, " {next}"))
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Api(error)
    }
}

impl From<InvalidKey> for Failure {
    fn from(error: InvalidKey) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        Self::Usage(error.to_string())
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
    fn missing_run_exits_with_the_code_of_an_error() {
        for kind in [ErrorKind::NoSuchRun, ErrorKind::EndedWithoutExecution] {
            assert_eq!(Failure::Api(Error::new(kind)).exit() as u8, 7);
        }
    }

    #[test]
    fn exit_code_of_a_signal_is_that_of_a_shell() {
        let signals = [(Signal::HangUp, 1), (Signal::Interrupt, 2), (Signal::Terminate, 15)];
        for (signal, number) in signals {
            let failure = Failure::Interrupted(signal, Some("the job continues.".to_owned()));
            assert_eq!(failure.exit() as u8, 128 + number);
            assert_eq!(failure.to_string(), format!("Interrupted ({}); the job continues.", signal.name()));
        }
    }
}
