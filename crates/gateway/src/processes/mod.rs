//! Starts the command of a run, finds all processes that it started, and ends them.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod mark;
#[cfg(target_os = "linux")]
mod orphans;
#[cfg(not(target_os = "linux"))]
mod portable;
mod report;
pub(crate) mod variables;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::process::Command;
use uuid::Uuid;

#[cfg(target_os = "linux")]
pub(crate) use linux::{Child, Processes, take_pipes};
#[cfg(target_os = "linux")]
pub(crate) use orphans::reap_orphans;
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::{Child, Processes, reap_orphans, take_pipes};
pub(crate) use report::{Report, join_names};

// Starting a program on a file server that does not answer never returns. Other commands must not wait for it forever.
const MAX_START_TIME: Duration = Duration::from_secs(30);

/// Starts a command on a thread that may block.
///
/// # Errors
///
/// Fails if the system does not start it, or has not started it after [`MAX_START_TIME`]. It is not started later then either.
pub(crate) async fn start(command: Command, trigger_id: Uuid) -> io::Result<(Child, Processes)> {
    let is_abandoned = Arc::new(AtomicBool::new(false));
    let abandoned = Arc::clone(&is_abandoned);
    let mut starting = tokio::task::spawn_blocking(move || Processes::spawn(command, trigger_id, &abandoned));
    if let Ok(started) = tokio::time::timeout(MAX_START_TIME, &mut starting).await {
        return started.unwrap_or_else(|error| Err(io::Error::other(error)));
    }
    is_abandoned.store(true, Ordering::Relaxed);
    tokio::spawn(async move {
        if let Ok(Ok((mut child, processes))) = starting.await {
            processes.end(Some(&mut child), Duration::ZERO, std::future::pending()).await;
        }
    });
    Err(io::Error::new(io::ErrorKind::TimedOut, "the system did not start it within 30 seconds"))
}
