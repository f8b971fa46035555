//! A row of the job list.

use leptos::prelude::*;
use txjobs_sdk::{JobStatusCode, types::JobId};
use web_sys::HtmlInputElement;

use super::{
    cells::{JobRuns, RunCells, SecondaryLine},
    list_state::ListState,
};
use crate::{
    components::{Icon, Show, StatusBadge},
    model::route::Route,
    state::{JobAction, Jobs, Ui},
    text::tf,
};

/// Renders a job with status, last runs and action.
#[component]
pub(super) fn Row(job: JobId, selected: Memo<Vec<JobId>>) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let is_narrow = expect_context::<Ui>().is_narrow.get_untracked();
    let name = Memo::new(move |_| jobs.name(job).unwrap_or_default());
    let status = Memo::new(move |_| jobs.status(job));
    let runs = Memo::new(move |_| JobRuns {
        job,
        history: jobs.histories.with(|all| all.get(&job).cloned()),
        has_failed: jobs.failed.with(|failed| failed.contains(&job)),
        is_active: status.get().is_some_and(JobStatusCode::is_active),
    });
    let has_statuses = Memo::new(move |_| jobs.updated.with(Option::is_some));
    view! {
        <tr data-job=job.to_string()>
            <td class="checkbox hide-on-phone">
                <SelectJob job selected />
            </td>
            <td class="name">
                <a href=Route::Job(job).to_string() title=name>
                    <bdi id=format!("name-{job}")>{name}</bdi>
                </a>
                {is_narrow.then(|| view! { <SecondaryLine runs /> })}
            </td>
            <td>
                <Show
                    when=move || has_statuses.get() || status.get().is_some()
                    fallback=|| view! { <span class="skeleton w-fix"></span> }
                >
                    <StatusBadge status />
                </Show>
            </td>
            {(!is_narrow).then(|| view! { <RunCells runs /> })}
            <td class="actions">
                <ActionButton job name status />
            </td>
        </tr>
    }
}

/// Renders the check box that selects a job.
#[component]
fn SelectJob(job: JobId, selected: Memo<Vec<JobId>>) -> impl IntoView {
    let list = expect_context::<ListState>();
    let toggle = move |input: HtmlInputElement| {
        let changed = list.options.with_untracked(|options| options.with_selection_toggled(job));
        // A full selection takes no more jobs.
        input.set_checked(changed.selected.contains(&job));
        list.apply(changed);
    };
    view! {
        <input
            type="checkbox"
            aria-labelledby=format!("name-{job}")
            prop:checked=move || selected.with(|selected| selected.contains(&job))
            on:change:target=move |event| toggle(event.target())
        />
    }
}

/// Renders the run button, or the cancel button for an active job if the server supports it.
#[component]
fn ActionButton(job: JobId, name: Memo<String>, status: Memo<Option<JobStatusCode>>) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let ui = expect_context::<Ui>();
    let action = Memo::new(move |_| {
        let is_active = status.get().is_some_and(JobStatusCode::is_active);
        if is_active && jobs.extensions.get().cancel { JobAction::Cancel } else { JobAction::Run }
    });
    let label = move || match action.get() {
        JobAction::Run => tf!("Run {name}", name = name.get()),
        JobAction::Cancel => tf!("Cancel {name}", name = name.get()),
    };
    let icon = Signal::derive(move || if action.get() == JobAction::Run { "play" } else { "stop" });
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label=move || label()
            on:click=move |_| ui.confirm(action.get_untracked(), job)
        >
            <Icon name=icon />
        </button>
    }
}
