//! What a killed gateway left unfinished.

use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use crate::clock::Clock;
use crate::store::{Ending, Result, Store, Unfinished};

const KILLED: &str = "The gateway was killed or crashed while the job was running, so the run was given up.";
const KILLED_ALIVE: &str = "The gateway was killed or crashed while the job was running, so the run was given up. \
     Its command was still running at the next start and was ended.";
const UNDECLARED: &str = "The job was taken out of gateway.toml before the run started.";

/// Ends the runs that no gateway will end, and their processes. To be called before a runner works on the store, and
/// only by the one gateway that has it.
///
/// # Errors
///
/// The store does not answer.
pub async fn recover(store: &Store, clock: &Clock) -> Result<()> {
    for run in store.leftovers(Unfinished::Running).await? {
        let trigger_id = run.trigger_id;
        let ended = tokio::task::spawn_blocking(move || end_processes(trigger_id)).await.unwrap_or(false);
        let because = if ended { KILLED_ALIVE } else { KILLED };
        tracing::warn!(job = %run.job, trigger = %run.trigger_id, "{because}");
        store.end_run(&run, &failed(because), clock.now()).await?;
    }
    for run in store.leftovers(Unfinished::Orphaned).await? {
        tracing::warn!(job = %run.job, trigger = %run.trigger_id, "{UNDECLARED}");
        store.end_run(&run, &failed(UNDECLARED), clock.now()).await?;
    }
    Ok(())
}

fn failed(because: &str) -> Ending {
    Ending { state: ExecutionState::Failed, because: Some(because.to_owned()) }
}

/// Kills what still runs of this trigger id; true if there was anything.
///
/// Found by the variable that every process of a run inherits and not by a recorded process id, which may be another
/// process's by now, and which a gateway killed right after the start had no time to record.
#[cfg(target_os = "linux")]
fn end_processes(trigger_id: Uuid) -> bool {
    use nix::sys::signal::{Signal, kill, killpg};
    use nix::unistd::{getpgid, getpgrp, getpid};

    let mark = format!("{}={trigger_id}", super::command::TRIGGER_VARIABLE);
    let mut found = false;
    // Again until nothing is left: a process may have forked while we looked, and the dead take a moment to go.
    for _ in 0..100 {
        let alive: Vec<_> = marked_processes(&mark).into_iter().filter(|&pid| pid != getpid()).collect();
        if alive.is_empty() {
            break;
        }
        found = true;
        for pid in alive {
            // The group as well: a child may have been started with an empty environment.
            if let Ok(group) = getpgid(Some(pid))
                && group != getpgrp()
            {
                let _ = killpg(group, Signal::SIGKILL);
            }
            let _ = kill(pid, Signal::SIGKILL);
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    found
}

#[cfg(target_os = "linux")]
fn marked_processes(mark: &str) -> Vec<nix::unistd::Pid> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let marked = |pid: &i32| {
        // Only a readable environment is ours: another user's processes are not.
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|&b| b == 0).any(|variable| variable == mark.as_bytes())
    };
    let pids = processes.filter_map(|p| p.file_name().to_str()?.parse().ok());
    pids.filter(marked).map(nix::unistd::Pid::from_raw).collect()
}

#[cfg(not(target_os = "linux"))]
fn end_processes(_: Uuid) -> bool {
    false
}
