//! Ends processes on systems where only the process group (Unix) or the job object (Windows) identifies those of a run.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::process::{ChildStderr, ChildStdout, Command};
use uuid::Uuid;

use crate::report::{ProcessName, Report};

/// A command that was started.
pub type Child = Box<dyn ChildWrapper>;

#[cfg(unix)]
const TERM: i32 = 15;

/// All processes of one run.
#[derive(Debug)]
pub struct Processes;

/// Takes the pipes of standard output and standard error.
pub fn take_pipes(child: &mut Child) -> (Option<ChildStdout>, Option<ChildStderr>) {
    (child.stdout().take(), child.stderr().take())
}

/// Does nothing, because the system reaps orphans.
pub async fn reap_orphans() {}

impl Processes {
    /// Returns the processes of a run whose command was started by an earlier process. None is found on this system.
    pub fn of_run(_: Uuid) -> Self {
        Self
    }

    /// Starts a command in a new process group or job object.
    pub(crate) fn spawn(command: Command, _: Uuid, is_abandoned: &AtomicBool) -> io::Result<(Child, Self)> {
        if is_abandoned.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::tokio::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::tokio::JobObject);
        Ok((command.spawn()?, Self))
    }

    /// Waits until no process holds a pipe of the command, which is all that is known on this system, but not longer than
    /// `limit` or `interrupted`. Never returns that none is left.
    pub async fn wait_until_ended(
        &self,
        limit: Duration,
        pipes_closed: impl Future<Output = ()>,
        interrupted: impl Future<Output = ()>,
    ) -> bool {
        tokio::select! {
            () = pipes_closed => {}
            () = interrupted => {}
            () = tokio::time::sleep(limit) => {}
        }
        false
    }

    /// Returns no names, because they are not known on this system.
    pub async fn list(&self) -> Vec<ProcessName> {
        Vec::new()
    }

    /// Ends the command and its group or job object: on Unix by SIGTERM, and by SIGKILL after `grace`.
    pub async fn end(
        &self,
        child: Option<&mut Child>,
        grace: Duration,
        killed: impl Future<Output = ()>,
    ) -> Report {
        let Some(child) = child else { return Report::default() };
        #[cfg(unix)]
        if child.signal(TERM).is_ok() {
            tokio::select! {
                _ = child.wait() => {}
                () = tokio::time::sleep(grace) => {}
                () = killed => {}
            }
        }
        #[cfg(not(unix))]
        let _ = (grace, killed);
        // Usually no process is left to kill, which is no error.
        if child.start_kill().is_ok() {
            let _ = child.wait().await;
        }
        Report::default()
    }
}
