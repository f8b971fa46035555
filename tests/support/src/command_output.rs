//! The output of a command.

use std::process::{Command, Output};

/// The exit code and the output of a command that has ended.
#[derive(Debug)]
pub struct CommandOutput {
    /// The exit code. A command that was ended by a signal has -1.
    pub code: i32,
    /// The text on standard output.
    pub stdout: String,
    /// The text on standard error.
    pub stderr: String,
}

impl CommandOutput {
    /// Runs a command to its end.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// Asserts that the command succeeded, and returns its standard output.
    #[track_caller]
    pub fn expect_success(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }
}

impl From<Output> for CommandOutput {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap_or(-1);
        Self { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}
