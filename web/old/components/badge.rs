//! Badges that show a state as shape, word and color, so that users need to see only one of them.

use txjobs_sdk::{ExecutionState, JobStatusCode};

use super::icon::icon;
use crate::{
    dom::{El, el},
    model::history::RunSummary,
};

/// Appearance of a state: the CSS class of its color and the name of its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub color: &'static str,
    pub icon: &'static str,
}

const fn shape(color: &'static str, icon: &'static str) -> Shape {
    Shape { color, icon }
}

fn status_shape(status: Option<JobStatusCode>) -> Shape {
    match status {
        Some(JobStatusCode::Idle) => shape("idle", "ring"),
        Some(JobStatusCode::Pending) => shape("warn", "clock"),
        Some(JobStatusCode::Running) => shape("run", "dot"),
        Some(JobStatusCode::Unknown(_)) | None => shape("idle", "question"),
    }
}

/// Returns the appearance of an execution state.
pub fn outcome_shape(state: ExecutionState) -> Shape {
    match state {
        ExecutionState::Created => shape("idle", "clock"),
        ExecutionState::Running => shape("run", "dot"),
        ExecutionState::Completed => shape("ok", "check"),
        ExecutionState::Failed => shape("bad", "cross"),
        ExecutionState::CompletedWithErrors => shape("bad", "octagon"),
        ExecutionState::CompletedWithWarnings => shape("warn", "triangle"),
        ExecutionState::None | ExecutionState::Unknown(_) => shape("idle", "question"),
    }
}

/// Renders the status of a job.
pub fn status_badge(status: Option<JobStatusCode>) -> El {
    let text = status.map_or("unknown".to_owned(), |status| status.to_string());
    badge(status_shape(status), text, status.map(JobStatusCode::number))
}

/// Renders the state of an execution, with another text if given (`failed after 41s`).
pub fn state_badge(state: ExecutionState, text: Option<String>) -> El {
    badge(outcome_shape(state), text.unwrap_or_else(|| state.to_string()), Some(state.number()))
}

fn badge(shape: Shape, text: String, number: Option<i64>) -> El {
    el("span")
        .class(format!("badge {}", shape.color))
        .attr("data-state", number.map(|number| number.to_string()))
        .child(icon(shape.icon))
        .child(text)
}

/// Renders one of the last runs in the job list: a square that links to the run.
pub fn outcome_square(run: &RunSummary, link: String, title: String) -> El {
    let shape = outcome_shape(run.state);
    el("a")
        .attr("href", link)
        .class(shape.color)
        .attr("title", title.clone())
        .attr("aria-label", title)
        .child(icon(shape.icon))
}
