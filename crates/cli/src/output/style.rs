//! The colors of states, statuses and severities.

use anstyle::{AnsiColor, Style};
use txjobs_sdk::{ExecutionState, JobStatusCode, Severity};

pub(super) const PLAIN: Style = Style::new();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const OK: Style = AnsiColor::Green.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
pub(crate) const ACTIVE: Style = AnsiColor::Blue.on_default();

pub(super) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Information => DIM,
        Severity::Warning => WARNING,
        Severity::Error => BAD,
        Severity::Unknown(_) => ACTIVE,
    }
}

pub(super) fn status(status: Option<JobStatusCode>) -> Style {
    match status {
        Some(JobStatusCode::Running) => ACTIVE,
        Some(JobStatusCode::Pending) => WARNING,
        Some(JobStatusCode::Idle) => PLAIN,
        Some(JobStatusCode::Unknown(_)) | None => DIM,
    }
}

/// Returns the symbol and the style of a state.
pub(super) fn state_style(state: ExecutionState) -> (&'static str, Style) {
    match state {
        ExecutionState::Completed => ("✔", OK),
        ExecutionState::CompletedWithWarnings => ("▲", WARNING),
        ExecutionState::Failed | ExecutionState::CompletedWithErrors => ("✖", BAD),
        _ => ("●", ACTIVE),
    }
}

/// Returns a state as a symbol and a label in color.
pub(crate) fn format_state(state: ExecutionState) -> String {
    let (symbol, style) = state_style(state);
    format!("{style}{symbol} {state}{style:#}")
}
