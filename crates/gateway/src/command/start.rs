//! Starts a command, or explains why it cannot be started.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;

use tokio::io::AsyncRead;
use txjobs_sdk::Severity;
use txjobs_store::Run;

use super::settings::{Command, StandardError};
use txjobs_processes::{Child, Processes, variables};

type Pipe = Pin<Box<dyn AsyncRead + Send>>;

/// A command that was started.
pub(super) struct StartedCommand {
    pub child: Child,
    pub processes: Processes,
    pub stdout: Option<Pipe>,
    /// `None` if it is merged into `stdout`.
    pub stderr: Option<(Pipe, Severity)>,
}

/// Starts the command.
///
/// # Errors
///
/// Fails with a sentence for the run's log.
pub(super) async fn start(command: &Command, run: &Run) -> Result<StartedCommand, String> {
    try_start(command, run).await.map_err(|error| {
        let reason = match command.find_start_problem() {
            Some(problem) => format!("{problem}."),
            None if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                format!("{}: {error}. Another process still writes to the file. Start the job again when it has ended.", command.program)
            }
            None if is_unknown_format(&error) => format!(
                "{} is neither a program for this machine nor a script that begins with #! and its interpreter.",
                command.program
            ),
            None if error.kind() == io::ErrorKind::NotFound => format!(
                "{} was made for another system: the loader of programs that it names does not exist.",
                command.program
            ),
            None => format!("{}: {error}. Check the job's command in gateway.toml.", command.program),
        };
        format!("The command could not be started: {reason}")
    })
}

async fn try_start(command: &Command, run: &Run) -> io::Result<StartedCommand> {
    let mut process = tokio::process::Command::new(&command.program);
    process.args(&command.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if command.directory != Path::new("") {
        process.current_dir(&command.directory);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(variables::PREFIX) {
            process.env_remove(name);
        }
    }
    process.envs(&command.environment);
    process.env(variables::JOB_ID, run.job.to_string());
    process.env(variables::TRIGGER_ID, run.unique_id().to_string());
    let merged = match command.stderr {
        StandardError::Separate(_) => None,
        StandardError::Merged => {
            let (reader, writer) = io::pipe()?;
            process.stdout(writer.try_clone()?).stderr(writer);
            Some(into_async(reader)?)
        }
    };
    let (mut child, processes) = txjobs_processes::start(process, run.unique_id()).await?;
    let (stdout, stderr) = txjobs_processes::take_pipes(&mut child);
    let stdout = merged.or_else(|| stdout.map(|pipe| Box::pin(pipe) as Pipe));
    let stderr = match command.stderr {
        StandardError::Separate(severity) => stderr.map(|pipe| (Box::pin(pipe) as Pipe, severity)),
        StandardError::Merged => None,
    };
    Ok(StartedCommand { child, processes, stdout, stderr })
}

#[cfg(unix)]
fn into_async(pipe: io::PipeReader) -> io::Result<Pipe> {
    let pipe = tokio::net::unix::pipe::Receiver::from_owned_fd(pipe.into())?;
    Ok(Box::pin(pipe))
}

// Windows reads such a pipe only on a thread that waits for it.
#[cfg(windows)]
fn into_async(pipe: io::PipeReader) -> io::Result<Pipe> {
    let handle = std::os::windows::io::OwnedHandle::from(pipe);
    Ok(Box::pin(tokio::fs::File::from_std(handle.into())))
}

/// Returns whether the error is ENOEXEC or ERROR_BAD_EXE_FORMAT.
fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(if cfg!(windows) { 193 } else { 8 })
}
