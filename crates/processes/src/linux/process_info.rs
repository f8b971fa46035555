//! A process, as /proc shows it.

use std::io;

use procfs::process::{Process, Stat};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open, pidfd_send_signal,
};

use super::mark::Mark;
use crate::report::ProcessName;

/// The flag of the kernel's own threads (PF_KTHREAD).
const KERNEL_THREAD: u32 = 0x0020_0000;

/// Identifies a process, also against a later one with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ProcessIdentity {
    pub pid: i32,
    /// The time of its start, in clock ticks since the machine was started.
    pub start: u64,
}

/// The state of a living process.
#[derive(Debug)]
pub(super) struct ProcessInfo {
    pub identity: ProcessIdentity,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
    pub is_marked: bool,
    name: String,
}

impl ProcessIdentity {
    /// Returns the identity of the process that has this id now.
    pub fn of(pid: i32) -> Option<Self> {
        let stat = Process::new(pid).and_then(|process| process.stat()).ok()?;
        Some(Self { pid, start: stat.starttime })
    }

    /// Returns a key that sorts processes by their start.
    pub fn key(self) -> (u64, i32) {
        (self.start, self.pid)
    }
}

impl ProcessInfo {
    /// Reads the state of a process. Returns `None` if it has ended, or was started before `since`.
    pub fn read(process: &Process, mark: &Mark, since: u64) -> procfs::ProcResult<Option<Self>> {
        let stat = process.stat()?;
        if stat.starttime < since || stat.flags & KERNEL_THREAD != 0 || !is_alive(&stat) {
            return Ok(None);
        }
        Ok(Some(Self {
            identity: ProcessIdentity { pid: stat.pid, start: stat.starttime },
            parent: stat.ppid,
            group: stat.pgrp,
            session: stat.session,
            name: stat.comm,
            is_marked: mark.is_on(process)?,
        }))
    }

    pub fn name(&self) -> ProcessName {
        ProcessName::new(&self.name, self.identity.pid)
    }

    /// Sends a signal. A process that has ended is not an error.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        let Some(pid) = Pid::from_raw(self.identity.pid) else { return Ok(()) };
        let handle = pidfd_open(pid, PidfdFlags::empty());
        // The id may belong to another process by now. The handle that was opened before still refers to this one.
        if ProcessIdentity::of(self.identity.pid) != Some(self.identity) {
            return Ok(());
        }
        let sent = match handle {
            Ok(handle) => pidfd_send_signal(handle, signal),
            // A kernel before 5.3, or no file descriptor is left.
            Err(_) => kill_process(pid, signal),
        };
        match sent {
            Err(Errno::SRCH) => Ok(()),
            sent => sent.map_err(io::Error::from),
        }
    }

    /// Kills the process, and its process group if it leads one.
    pub fn kill(&self) -> io::Result<()> {
        self.signal(Signal::KILL)?;
        // Processes that the group starts meanwhile are killed with it. The id belongs to the group as long as its leader exists.
        if self.group == self.identity.pid
            && ProcessIdentity::of(self.group) == Some(self.identity)
            && let Some(group) = Pid::from_raw(self.group)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        Ok(())
    }
}

/// Returns false for a zombie, unless only its first thread has ended.
fn is_alive(stat: &Stat) -> bool {
    !matches!(stat.state, 'Z' | 'X') || stat.num_threads > 1
}
