//! Finding and ending processes on Linux.
//!
//! A process group is not enough: `setsid` and a double fork leave it. A child subreaper would collect such orphans, but could
//! not assign them to one of several runs, and would end with a gateway that is killed. So every process of a run carries a
//! [`Mark`], and processes without one are found by their relation to a process with one.

use std::collections::{HashMap, HashSet};
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use procfs::ProcError;
use procfs::process::{Process, Stat};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open, pidfd_send_signal,
};
use rustix::time::{ClockId, clock_gettime};
use tokio::process::{ChildStderr, ChildStdout, Command};
use tokio::time::Instant;
use uuid::Uuid;

use super::mark::Mark;
use super::report::{Name, Report};

pub(crate) type Child = tokio::process::Child;

/// The flag of the kernel's own threads (PF_KTHREAD).
const KERNEL_THREAD: u32 = 0x0020_0000;
// How long a process may take to end after SIGKILL. One that waits for a dead disk does not end.
const MAX_KILL_TIME: Duration = Duration::from_secs(5);
// The first pause between two scans of the processes, and the longest one.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const MAX_PAUSE: Duration = Duration::from_millis(100);
/// How often a search lists the processes again to find those that were started during it.
const MAX_LISTINGS: usize = 16;

/// The process ids of the commands that this gateway started and has not waited for. Locked while one is started.
static CHILDREN: LazyLock<Mutex<HashSet<i32>>> = LazyLock::new(Mutex::default);

/// All processes of one run.
#[derive(Debug)]
pub(crate) struct Processes {
    mark: Mark,
    /// The command itself, if this gateway started it.
    leader: Option<Identity>,
}

/// Identifies a process, also against a later one with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Identity {
    pid: i32,
    /// In clock ticks since the machine was started.
    start: u64,
}

/// The state of a living process.
#[derive(Debug)]
struct Found {
    identity: Identity,
    parent: i32,
    group: i32,
    session: i32,
    name: String,
    is_marked: bool,
}

pub(crate) fn take_pipes(child: &mut Child) -> (Option<ChildStdout>, Option<ChildStderr>) {
    (child.stdout.take(), child.stderr.take())
}

pub(super) fn children() -> MutexGuard<'static, HashSet<i32>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Processes {
    /// Returns the processes of a run whose command was started by an earlier gateway.
    pub fn of_run(trigger_id: Uuid) -> Self {
        Self { mark: Mark::new(trigger_id), leader: None }
    }

    /// Starts a command as the leader of a process group of its own.
    pub fn spawn(
        mut command: Command,
        trigger_id: Uuid,
        is_abandoned: &AtomicBool,
    ) -> io::Result<(Child, Self)> {
        let mark = Mark::new(trigger_id);
        let mut children = children();
        if is_abandoned.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let child = mark.inherited_by(|| command.process_group(0).spawn())?;
        // A child that was not waited for keeps its process id.
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        let leader = pid.and_then(Identity::of);
        children.extend(pid);
        Ok((child, Self { mark, leader }))
    }

    /// Waits until no process is left, but at most until `limit` has passed or `interrupted` completes. Returns whether none is left.
    ///
    /// Ignores the pipes, because the processes themselves are known here.
    pub async fn wait_until_ended(
        &self,
        limit: Duration,
        _pipes_closed: impl Future<Output = ()>,
        interrupted: impl Future<Output = ()>,
    ) -> bool {
        let deadline = Instant::now() + limit;
        let mut interrupted = pin!(interrupted);
        let mut pause = FIRST_PAUSE;
        while !self.find().await.is_ok_and(|found| found.is_empty()) {
            if Instant::now() >= deadline {
                return false;
            }
            tokio::select! {
                () = &mut interrupted => return false,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(MAX_PAUSE),
            }
        }
        true
    }

    /// Returns the names of the living processes.
    pub async fn list(&self) -> Vec<Name> {
        self.find().await.unwrap_or_default().iter().map(Found::to_name).collect()
    }

    /// Ends all processes: SIGTERM, then SIGKILL for those that are left after `grace`, or when `killed` completes.
    ///
    /// A process that is started after SIGTERM belongs to the clean-up and gets no SIGTERM. Returns when all have ended, or when
    /// the remaining ones do not end even after SIGKILL.
    pub async fn end(
        &self,
        child: Option<&mut Child>,
        grace: Duration,
        killed: impl Future<Output = ()>,
    ) -> Report {
        let mut report = Report::default();
        let has_ended = self.terminate(grace, killed, &mut report).await;
        if !has_ended {
            self.kill(child.as_deref(), &mut report).await;
        }
        if let Some(child) = child {
            // Returns immediately, unless the child could not be ended.
            let _ = tokio::time::timeout(MAX_PAUSE, child.wait()).await;
        }
        report
    }

    async fn terminate(
        &self,
        grace: Duration,
        killed: impl Future<Output = ()>,
        report: &mut Report,
    ) -> bool {
        let start = Instant::now();
        let mut killed = pin!(killed);
        let mut pause = FIRST_PAUSE;
        let first_signal = ticks_since_boot();
        let mut signaled = HashSet::new();
        let mut is_first = true;
        loop {
            let Ok(found) = self.find().await else { return false };
            if found.is_empty() {
                return true;
            }
            for process in &found {
                let is_cleaning_up = !is_first && process.identity.start >= first_signal;
                if is_cleaning_up || !signaled.insert(process.identity) {
                    continue;
                }
                // A stopped process handles SIGTERM when it continues. A failure occurs again with SIGKILL.
                let _ = process.signal(Signal::TERM).and_then(|()| process.signal(Signal::CONT));
                if Some(process.identity) != self.leader {
                    report.ended.insert(process.identity.key(), process.to_name());
                }
            }
            is_first = false;
            report.grace = start.elapsed();
            let left = grace.saturating_sub(report.grace);
            if left.is_zero() {
                return false;
            }
            tokio::select! {
                () = &mut killed => return false,
                () = tokio::time::sleep(pause.min(left)) => pause = (pause * 2).min(MAX_PAUSE),
            }
        }
    }

    async fn kill(&self, child: Option<&Child>, report: &mut Report) {
        let deadline = Instant::now() + MAX_KILL_TIME;
        let mut failures = HashMap::new();
        loop {
            let found = match self.find().await {
                Ok(found) => found,
                Err(error) if Instant::now() > deadline => {
                    report.search_error = Some(error.to_string());
                    return;
                }
                Err(_) => {
                    kill_group(child);
                    tokio::time::sleep(MAX_PAUSE).await;
                    continue;
                }
            };
            if found.is_empty() {
                return;
            }
            self.kill_own_group();
            for process in &found {
                report.ended.remove(&process.identity.key());
                report.killed.insert(process.identity.key(), process.to_name());
                match process.kill() {
                    Ok(()) => failures.remove(&process.identity),
                    Err(error) => failures.insert(process.identity, error.to_string()),
                };
            }
            if Instant::now() > deadline {
                for process in &found {
                    report.killed.remove(&process.identity.key());
                    let reason = failures.remove(&process.identity);
                    let reason = reason.unwrap_or_else(|| "it does not end on SIGKILL".to_owned());
                    report.remaining.insert(process.identity.key(), (process.to_name(), reason));
                }
                return;
            }
            tokio::time::sleep(FIRST_PAUSE).await;
        }
    }

    /// Kills the process group that was created for the run. A process that starts its successor and ends cannot be found
    /// by its own id any more.
    fn kill_own_group(&self) {
        let Some(leader) = self.leader else { return };
        // A group keeps its number as long as a process is in it, also after its leader. An empty one may have lost it.
        if Identity::of(leader.pid).is_none_or(|now| now == leader)
            && let Some(group) = Pid::from_raw(leader.pid)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    async fn find(&self) -> io::Result<Vec<Found>> {
        let (mark, leader) = (self.mark, self.leader);
        let found = tokio::task::spawn_blocking(move || find(&mark, leader)).await;
        found.unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            children().remove(&leader.pid);
        }
    }
}

/// Finds the living processes that carry the mark, their descendants, and all members of sessions and process groups that
/// they lead.
fn find(mark: &Mark, leader: Option<Identity>) -> io::Result<Vec<Found>> {
    let gateway = i32::try_from(std::process::id()).unwrap_or_default();
    let since = leader.map_or(0, |leader| leader.start);
    let mut others = Vec::new();
    let mut members = Vec::new();
    let mut seen = HashSet::new();
    // A process that is started after a listing is missing in it, and may be the successor of one that has ended since.
    for _ in 0..MAX_LISTINGS {
        let new: Vec<_> =
            list_pids()?.into_iter().filter(|&pid| pid != gateway && seen.insert(pid)).collect();
        if new.is_empty() {
            break;
        }
        for pid in new {
            match Process::new(pid).and_then(|process| Found::read(&process, mark, since)) {
                Ok(Some(found)) if found.is_marked || Some(found.identity) == leader => members.push(found),
                Ok(Some(found)) => others.push(found),
                // Older than the run, or dead.
                Ok(None) => {}
                // For example, no file descriptor is left. Then it is not known which processes live.
                Err(ProcError::Io(error, _)) if error.raw_os_error() != Some(Errno::SRCH.raw_os_error()) => {
                    return Err(error);
                }
                // It has ended meanwhile, or this user may not read it.
                Err(_) => {}
            }
        }
    }
    let mut checked = 0;
    while checked < members.len() {
        let Identity { pid, .. } = members[checked].identity;
        let belongs = |found: &mut Found| found.parent == pid || found.session == pid || found.group == pid;
        members.extend(others.extract_if(.., belongs));
        checked += 1;
    }
    Ok(members)
}

/// Returns the id of every process, in no order.
fn list_pids() -> io::Result<Vec<i32>> {
    let entries = std::fs::read_dir("/proc")?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries.iter().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// Kills the process group of the command, while /proc cannot be read. A child that was not waited for keeps its process id.
fn kill_group(child: Option<&Child>) {
    let pid = child.and_then(Child::id).and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    if let Some(pid) = pid {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

impl Found {
    /// Returns `None` if it has ended, or was started before `since`.
    fn read(process: &Process, mark: &Mark, since: u64) -> procfs::ProcResult<Option<Self>> {
        let stat = process.stat()?;
        if stat.starttime < since || stat.flags & KERNEL_THREAD != 0 || !is_alive(&stat) {
            return Ok(None);
        }
        Ok(Some(Self {
            identity: Identity { pid: stat.pid, start: stat.starttime },
            parent: stat.ppid,
            group: stat.pgrp,
            session: stat.session,
            name: stat.comm,
            is_marked: mark.is_on(process)?,
        }))
    }

    fn to_name(&self) -> Name {
        Name::new(&self.name, self.identity.pid)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let Some(pid) = Pid::from_raw(self.identity.pid) else { return Ok(()) };
        let handle = pidfd_open(pid, PidfdFlags::empty());
        // The id may belong to another process by now. The handle that was opened before still refers to this one.
        if Identity::of(self.identity.pid) != Some(self.identity) {
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

    fn kill(&self) -> io::Result<()> {
        self.signal(Signal::KILL)?;
        // Processes that the group starts meanwhile are killed with it. The id belongs to the group as long as its leader lives.
        if self.group == self.identity.pid
            && Identity::of(self.group) == Some(self.identity)
            && let Some(group) = Pid::from_raw(self.group)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        Ok(())
    }
}

impl Identity {
    fn of(pid: i32) -> Option<Self> {
        let stat = Process::new(pid).and_then(|process| process.stat()).ok()?;
        Some(Self { pid, start: stat.starttime })
    }

    fn key(self) -> (u64, i32) {
        (self.start, self.pid)
    }
}

/// Returns false for a zombie, unless only its first thread has ended.
fn is_alive(stat: &Stat) -> bool {
    !matches!(stat.state, 'Z' | 'X') || stat.num_threads > 1
}

fn ticks_since_boot() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let nanos = u64::try_from(now.tv_sec).unwrap_or_default() * 1_000_000_000
        + u64::try_from(now.tv_nsec).unwrap_or_default();
    nanos / (1_000_000_000 / procfs::ticks_per_second().max(1))
}
