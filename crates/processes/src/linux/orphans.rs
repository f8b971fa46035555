//! Reaps orphaned processes whose parent is now this process.
//!
//! If this process is the first process of a container, or a subreaper, it becomes the parent of every process whose own parent
//! has ended. No other process can remove such a process from the system's table once it has ended.

use std::time::Duration;

use procfs::process::all_processes;
use rustix::process::{Pid, WaitOptions, child_subreaper, waitpid};
use tokio::signal::unix::{SignalKind, signal};

use super::children::children;

/// The shortest time between two searches.
const PAUSE: Duration = Duration::from_secs(1);

/// Removes ended orphans as long as it is polled. Does nothing where there can be none.
pub async fn reap_orphans() {
    let gets_orphans = std::process::id() == 1 || child_subreaper().is_ok_and(|parent| parent.is_some());
    let Ok(mut child_ended) = signal(SignalKind::child()) else { return };
    while gets_orphans && child_ended.recv().await.is_some() {
        let _ = tokio::task::spawn_blocking(reap).await;
        tokio::time::sleep(PAUSE).await;
        // An orphan that ended in the pause has sent its signal, too.
    }
}

/// Removes every ended child that no run waits for.
fn reap() {
    let own_pid = i32::try_from(std::process::id()).unwrap_or_default();
    let processes = all_processes().into_iter().flatten().flatten();
    let stats = processes.filter_map(|process| process.stat().ok());
    let ended: Vec<_> = stats.filter(|s| s.ppid == own_pid && s.state == 'Z').map(|s| s.pid).collect();
    // Only now: a command that was being started meanwhile is known.
    let children = children();
    for pid in ended {
        if !children.contains(&pid) {
            let _ = waitpid(Pid::from_raw(pid), WaitOptions::NOHANG);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use procfs::process::Process;
    use rustix::process::{getpid, set_child_subreaper};
    use tokio::io::AsyncReadExt;
    use tokio::process::Command;
    use uuid::Uuid;

    use super::super::processes::{Processes, take_pipes};
    use super::*;

    #[tokio::test]
    async fn ended_orphans_are_removed_and_commands_are_not() {
        set_child_subreaper(Some(getpid())).unwrap();
        // The command prints the process id of a grandchild, and both have ended when the pipe is closed.
        let mut command = Command::new("sh");
        command.args(["-c", "(sh -c 'echo $$' &)"]).stdout(std::process::Stdio::piped());
        let (mut child, _processes) =
            Processes::spawn(command, Uuid::new_v4(), &AtomicBool::new(false)).unwrap();
        let (stdout, _) = take_pipes(&mut child);
        let mut orphan = String::new();
        stdout.unwrap().read_to_string(&mut orphan).await.unwrap();
        let orphan = orphan.trim().parse().unwrap();
        // A pipe is closed a moment before the process that held it is a zombie.
        while Process::new(orphan).and_then(|p| p.stat()).is_ok() {
            reap();
            tokio::task::yield_now().await;
        }
        reap();
        assert!(child.wait().await.unwrap().success());
    }
}
