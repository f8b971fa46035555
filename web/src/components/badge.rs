//! Badges that show a state as shape, word and color, so that users need to see only one of them.

use leptos::prelude::*;
use txjobs_sdk::{ExecutionState, JobStatusCode};

use super::icon::Icon;
use crate::{
    model::{history::RunSummary, state_names},
    text::t,
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
#[component]
pub fn StatusBadge(#[prop(into)] status: Signal<Option<JobStatusCode>>) -> impl IntoView {
    let text = move || status.get().map_or_else(|| t("unknown").to_owned(), state_names::job_status);
    view! {
        <span
            class=move || format!("badge {}", status_shape(status.get()).color)
            data-state=move || status.get().map(|status| status.number().to_string())
        >
            <Icon name=Signal::derive(move || status_shape(status.get()).icon) />
            {move || text()}
        </span>
    }
}

/// Renders the state of an execution, with another text if given (`failed after 41s`).
#[component]
pub fn StateBadge(
    state: ExecutionState,
    #[prop(optional_no_strip, into)] text: Option<String>,
) -> impl IntoView {
    let Shape { color, icon } = outcome_shape(state);
    view! {
        <span class=format!("badge {color}") data-state=state.number().to_string()>
            <Icon name=icon />
            {text.unwrap_or_else(|| state_names::execution_state(state))}
        </span>
    }
}

/// Renders one of the last runs in the job list: a square that links to the run.
#[component]
pub fn OutcomeSquare(run: RunSummary, link: String, title: String) -> impl IntoView {
    let Shape { color, icon } = outcome_shape(run.state);
    view! {
        <a href=link class=color title=title.clone() aria-label=title>
            <Icon name=icon />
        </a>
    }
}
