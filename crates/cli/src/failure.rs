//! The failures of commands.

use std::{fmt, io};

use txjobs_sdk::{Error, ErrorKind, InvalidKey, SetupError};

use crate::{exit::Exit, signals::Signal};

/// The reason why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are not valid.
    Usage(String),
    /// The status of the job does not allow the operation, so nothing was done.
    Busy(String),
    /// The job has no run, or its run has not ended.
    NoOutcome(String),
    /// A request failed.
    Api(Error),
    /// A request failed, and its outcome or that of the run is unknown. The text is the next step.
    OutcomeUnknown(Error, String),
    /// The wait timed out, and the job continues. The text is the next step.
    TimedOut(String),
    /// The time ended before the job with this name was started.
    NotStartedInTime(String),
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
            Self::Busy(_)
            | Self::NoOutcome(_)
            | Self::Api(_)
            | Self::OutcomeUnknown(..)
            | Self::Output(..)
            | Self::System(_) => Exit::Error,
            Self::TimedOut(_) | Self::NotStartedInTime(_) => Exit::TimedOut,
            Self::Interrupted(signal, _) => (*signal).into(),
        }
    }
}

impl Failure {
    /// Returns a stable name for programs.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Busy(_) => "conflict",
            Self::NoOutcome(_) => "no_outcome",
            Self::Api(error) | Self::OutcomeUnknown(error, _) => error.kind.name(),
            Self::TimedOut(_) | Self::NotStartedInTime(_) => "timed_out",
            Self::Interrupted(..) => "interrupted_by_signal",
            Self::Output(..) => "output",
            Self::System(_) => "system",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Busy(message) | Self::NoOutcome(message) | Self::System(message) => {
                f.write_str(message)
            }
            Self::Api(error) => error.fmt(f),
            Self::OutcomeUnknown(error, next) => write!(f, "{error}\n{next}"),
            Self::TimedOut(next) => write!(f, "The wait timed out; the job continues. {next}"),
            Self::NotStartedInTime(name) => {
                write!(f, "The time ended before the server answered. Check whether {name} was started.")
            }
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
