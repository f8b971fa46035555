//! The processes of a run: starts the first one, and waits for or ends all of them.

use std::collections::{HashMap, HashSet};
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use rustix::time::{ClockId, clock_gettime};
use tokio::process::{ChildStderr, ChildStdout, Command};
use tokio::time::Instant;
use uuid::Uuid;

use super::children::children;
use super::mark::Mark;
use super::process_info::{ProcessIdentity, ProcessInfo};
use super::search::find_processes;
use crate::report::{ProcessName, Report};

/// A command that was started.
pub type Child = tokio::process::Child;

/// The longest time for a process to end after SIGKILL. One that waits for a dead disk does not end.
const MAX_KILL_TIME: Duration = Duration::from_secs(5);
/// The first pause between two searches.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// The longest pause between two searches.
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// All processes of one run.
#[derive(Debug)]
pub struct Processes {
    mark: Mark,
    /// The command itself, if this process started it.
    leader: Option<ProcessIdentity>,
}

/// Takes the pipes of standard output and standard error.
pub fn take_pipes(child: &mut Child) -> (Option<ChildStdout>, Option<ChildStderr>) {
    (child.stdout.take(), child.stderr.take())
}

impl Processes {
    /// Returns the processes of a run whose command was started by an earlier process.
    pub fn of_run(trigger_id: Uuid) -> Self {
        Self { mark: Mark::new(trigger_id), leader: None }
    }

    /// Starts a command as the leader of a new process group, unless the start was abandoned.
    pub(crate) fn spawn(
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
        let leader = pid.and_then(ProcessIdentity::of);
        children.extend(pid);
        Ok((child, Self { mark, leader }))
    }

    /// Waits until no process is left, but at most until `limit` has passed or `interrupted` completes. Returns whether none is
    /// left.
    ///
    /// Ignores the pipes, because the processes themselves are known on this system.
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
    pub async fn list(&self) -> Vec<ProcessName> {
        self.find().await.unwrap_or_default().iter().map(ProcessInfo::name).collect()
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
                    report.ended.insert(process.identity.key(), process.name());
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
                    kill_group_of(child);
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
                report.killed.insert(process.identity.key(), process.name());
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
                    report.remaining.insert(process.identity.key(), (process.name(), reason));
                }
                return;
            }
            tokio::time::sleep(FIRST_PAUSE).await;
        }
    }

    /// Kills the process group that was created for the run. A process that starts its successor and ends may have gone when it
    /// would be killed by its own id.
    fn kill_own_group(&self) {
        let Some(leader) = self.leader else { return };
        // A group keeps its id as long as a process is in it, also after its leader. An empty group may have lost it.
        if ProcessIdentity::of(leader.pid).is_none_or(|now| now == leader)
            && let Some(group) = Pid::from_raw(leader.pid)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    async fn find(&self) -> io::Result<Vec<ProcessInfo>> {
        let (mark, leader) = (self.mark, self.leader);
        let found = tokio::task::spawn_blocking(move || find_processes(&mark, leader)).await;
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

/// Kills the process group of the command while /proc cannot be read. A child that was not waited for keeps its process id.
fn kill_group_of(child: Option<&Child>) {
    let pid = child.and_then(Child::id).and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    if let Some(pid) = pid {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

fn ticks_since_boot() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let nanos = u64::try_from(now.tv_sec).unwrap_or_default() * 1_000_000_000
        + u64::try_from(now.tv_nsec).unwrap_or_default();
    nanos / (1_000_000_000 / procfs::ticks_per_second().max(1))
}
