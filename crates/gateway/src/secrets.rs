//! Prevents jobs from reading the secrets of the server.
//!
//! A process of the same user can read the environment with which another process was started (`/proc/PID/environ`), and
//! removing a variable later does not change that. So the server executes itself again, without the variables.

#[cfg(unix)]
use std::ffi::OsStr;
use std::process::Command;

#[cfg(unix)]
use anyhow::Context;
use anyhow::Result;

#[cfg(unix)]
use txjobs_processes::variables;

/// Replaces the process by one without the variables that jobs must not read, if there are any. Call this before any thread
/// is started.
///
/// `prepare` can change the command of the new process, for instance pass a secret through a pipe.
///
/// # Errors
///
/// Fails if the system cannot start the program again, or if `prepare` fails.
#[cfg(unix)]
pub fn hide(prepare: impl FnOnce(&mut Command) -> Result<()>) -> Result<()> {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::process::CommandExt;

    let is_ours = |name: &OsStr| name.as_bytes().starts_with(variables::PREFIX.as_bytes());
    // These are not secret. They mark the processes of a run, also a server that a job of another gateway starts.
    let is_mark = |name: &OsStr| name == variables::JOB_ID || name == variables::TRIGGER_ID;
    let names = std::env::vars_os().map(|(name, _)| name);
    let secrets: Vec<_> = names.filter(|name| is_ours(name) && !is_mark(name)).collect();
    if secrets.is_empty() {
        return Ok(());
    }
    let mut arguments = std::env::args_os();
    let program = std::env::current_exe().context("The path of this program cannot be found")?;
    let mut command = Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    command.args(arguments);
    for name in secrets {
        command.env_remove(name);
    }
    prepare(&mut command)?;
    // `exec` returns only if it fails.
    Err(command.exec())
        .context("This program cannot start itself without the variables that jobs must not read")
}

/// Does nothing, because this system cannot replace a process.
#[cfg(not(unix))]
pub fn hide(_prepare: impl FnOnce(&mut Command) -> Result<()>) -> Result<()> {
    Ok(())
}
