//! Signals that shut the server down, or make it read its files again.

use anyhow::{Context, Result};

use crate::reload_requests::{ReloadRequester, ReloadRequests};
use crate::runner::Shutdown;

/// Shuts the server down on signals: gracefully on the first one, immediately on the second one.
///
/// SIGHUP means that the terminal was closed, if the process has one. Then it is always graceful, because a shell sends it again
/// after the system has. Without a terminal it requests a reload, as services expect. Under `nohup` it is ignored.
///
/// # Errors
///
/// Fails if signals cannot be received.
pub(crate) fn handle_signals(shutdown: &Shutdown) -> Result<ReloadRequests> {
    let mut signals = Signals::new().context("Signals cannot be received")?;
    let shutdown = shutdown.clone();
    let (reload, requests) = ReloadRequests::new();
    tokio::spawn(async move {
        signals.first(&reload).await;
        tracing::info!("stopping: running jobs are ended. SIGINT or SIGTERM kills them");
        shutdown.graceful.cancel();
        signals.second().await;
        shutdown.immediate.cancel();
    });
    Ok(requests)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: Option<tokio::signal::unix::Signal>,
    /// Whether SIGHUP means that the terminal was closed.
    has_terminal: bool,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let hangup = if is_hangup_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup,
            // This fails without a controlling terminal.
            has_terminal: std::fs::File::open("/dev/tty").is_ok(),
        })
    }

    /// Waits for the first signal to shut down, and sends requests to reload until then.
    async fn first(&mut self, reload: &ReloadRequester) {
        loop {
            let hangup = async {
                match &mut self.hangup {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = hangup => {}
            }
            if self.has_terminal {
                return;
            }
            reload.request();
        }
    }

    async fn second(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Returns whether SIGHUP was ignored when the gateway started, as `nohup` does. A handler would undo that.
#[cfg(target_os = "linux")]
fn is_hangup_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

#[cfg(target_os = "linux")]
fn ignores_hangup(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // A bit for each signal; SIGHUP is signal 1, the lowest bit.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_hangup_ignored() -> bool {
    false
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn first(&mut self, _reload: &ReloadRequester) {
        let _ = tokio::signal::ctrl_c().await;
    }

    async fn second(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::ignores_hangup;

    #[test]
    fn hangup_is_found_in_the_mask_of_ignored_signals() {
        let status =
            |mask: &str| format!("Name:\ttxjobs\nSigBlk:\tffffffffffffffff\nSigIgn:\t{mask}\nSigCgt:\t01\n");
        assert!(ignores_hangup(&status("0000000000001001")));
        assert!(!ignores_hangup(&status("0000000000001000")));
        assert!(!ignores_hangup("SigBlk:\t01\n"));
    }
}
