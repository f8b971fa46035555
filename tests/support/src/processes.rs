//! Processes of the system.

use std::fmt::Display;
use std::process::Command;

/// Returns whether the process with this id is alive. A zombie is not.
#[must_use]
pub fn is_process_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    state.is_some_and(|state| state != 'Z')
}

/// Sends a signal, like `TERM`, to a process.
pub fn send_signal(signal: &str, pid: impl Display) {
    let status = Command::new("kill").args(["-s", signal, &pid.to_string()]).status();
    assert!(status.unwrap().success(), "kill -s {signal} {pid}");
}
