//! Starts a command on a thread that may block.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::process::Command;
use uuid::Uuid;

#[cfg(target_os = "linux")]
use crate::linux::{Child, Processes};
#[cfg(not(target_os = "linux"))]
use crate::portable::{Child, Processes};

/// The longest time for a start. Starting a program on a file server that does not respond never returns, and other commands
/// must not wait for it forever.
const MAX_START_TIME: Duration = Duration::from_secs(30);

/// Starts a command on a thread that may block.
///
/// # Errors
///
/// Fails if the system does not start it, or has not started it after 30 seconds. It is not started later then either.
pub async fn start(command: Command, trigger_id: Uuid) -> io::Result<(Child, Processes)> {
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
