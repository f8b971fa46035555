//! Why a command ends without having done what was asked, and every exit code.

use std::{fmt, io, process::ExitCode};

use txjobs_sdk::{Error, ErrorKind, ExecutionState, InvalidKey, SetupError};

use crate::signals::Signal;

/// The exit codes: they are contract, listed in `txjobs --help` and in `docs/cli.md`.
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
    /// Network or server trouble, or output that cannot be written.
    Error = 7,
    // As in a shell: 128 plus the number of the signal. A run that was started goes on.
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
    /// The code for the end of an execution.
    pub(crate) fn of(state: ExecutionState, warnings_fail: bool) -> Self {
        match state {
            ExecutionState::Completed => Self::Completed,
            ExecutionState::CompletedWithWarnings if warnings_fail => Self::CompletedWithWarnings,
            ExecutionState::CompletedWithWarnings => Self::Completed,
            ExecutionState::CompletedWithErrors => Self::CompletedWithErrors,
            // A final state that nobody named is no success.
            _ => Self::Failed,
        }
    }
}

#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line cannot be followed.
    Usage(String),
    /// The server or the way to it. With `unclear`, what a POST did is not known.
    Api(Error),
    /// A POST whose outcome is not known: the trouble, and how to find out.
    OutcomeUnknown(Error, String),
    /// The wait is over and the job is not; how to go on.
    TimedOut(String),
    /// A signal ended the command; the clause says what it interrupted.
    Interrupted(Signal, Option<String>),
    /// Standard output cannot be written, and its reader did not close it. The text says what to do about a run that was started.
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
            Self::Usage(why) | Self::System(why) => f.write_str(why),
            Self::Api(error) => error.fmt(f),
            Self::OutcomeUnknown(error, next) => write!(f, "{error}\n{next}"),
            Self::TimedOut(next) => write!(f, "The wait timed out; the job goes on. {next}"),
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
    fn from(problem: InvalidKey) -> Self {
        Self::Usage(problem.to_string())
    }
}

impl From<SetupError> for Failure {
    fn from(problem: SetupError) -> Self {
        Self::Usage(problem.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_of_outcomes() {
        use ExecutionState::*;
        let code = |state, warnings_fail| Exit::of(state, warnings_fail) as u8;
        assert_eq!(
            [Completed, Failed, CompletedWithErrors, CompletedWithWarnings].map(|s| code(s, false)),
            [0, 1, 3, 0]
        );
        assert_eq!(code(CompletedWithWarnings, true), 5);
        assert_eq!(code(Unknown(7), false), 1);
    }

    #[test]
    fn missing_run_has_the_exit_code_of_trouble() {
        for kind in [ErrorKind::NoSuchRun, ErrorKind::EndedWithoutExecution] {
            assert_eq!(Failure::Api(Error::new(kind)).exit() as u8, 7);
        }
    }

    #[test]
    fn exit_codes_of_signals_are_those_of_a_shell() {
        let signals = [(Signal::HangUp, 1), (Signal::Interrupt, 2), (Signal::Terminate, 15)];
        for (signal, number) in signals {
            let failure = Failure::Interrupted(signal, Some("the job goes on.".to_owned()));
            assert_eq!(failure.exit() as u8, 128 + number);
            assert_eq!(failure.to_string(), format!("Interrupted ({}); the job goes on.", signal.name()));
        }
    }
}
