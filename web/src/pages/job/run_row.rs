use std::time::Duration;

use leptos::prelude::*;
use txjobs_sdk::{Timestamp, types::JobId};

use super::selected_runs::SelectedRuns;
use crate::{
    components::{Icon, StateBadge, Time},
    model::{
        format,
        history::{RunSummary, is_slow},
        route::Route,
        state_names,
    },
    state::{Clock, JobAction, Ui},
    text::{t, tf},
};

/// Renders the row of a run. `usual` is the usual duration.
#[component]
pub(super) fn RunRow(
    job: JobId,
    run: RunSummary,
    usual: Memo<Option<(Duration, usize)>>,
    selected: SelectedRuns,
) -> impl IntoView {
    let (clock, ui) = (expect_context::<Clock>(), expect_context::<Ui>());
    let id = run.url_id();
    let link = Route::Run { job, run: id }.to_string();
    let created = move || run.created.map(|at| clock.format(at)).unwrap_or_default();
    view! {
        <tr>
            <td class="compare-cell">
                <label>
                    <input
                        type="checkbox"
                        aria-label=move || tf!("Compare the run of {time}", time = created())
                        prop:checked=move || selected.contains(id)
                        on:change=move |_| selected.toggle(id)
                    />
                </label>
            </td>
            <td>
                <a href=link.clone()>
                    <StateBadge state=run.state />
                </a>
                <span class="secondary-line">
                    <Time at=run.created />
                </span>
            </td>
            <td class="hide-on-phone">
                <a href=link.clone()>
                    <Time at=run.created />
                </a>
            </td>
            <td class="number">
                <RunDuration run usual />
            </td>
            <td class="muted hide-on-phone">
                <StartedBy run />
            </td>
            <td class="actions">
                <button
                    type="button"
                    class="icon-button hide-on-phone"
                    aria-label=move || tf!("Run again, as the run of {time}", time = created())
                    title=t("Run again")
                    on:click=move |_| ui.confirm(JobAction::Run, job)
                >
                    <Icon name="play" />
                </button>
                <a
                    href=link
                    class="icon-button"
                    aria-label=move || tf!("Open the run of {time}", time = created())
                >
                    <Icon name="right" />
                </a>
            </td>
        </tr>
    }
}

/// Renders the duration, which grows until the run ends.
#[component]
fn RunDuration(run: RunSummary, usual: Memo<Option<(Duration, usize)>>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let is_final = run.state.is_final();
    // The duration of an ended run does not depend on the current time, so do not subscribe to it.
    let duration =
        move || run.duration(if is_final { Timestamp::from_unix_millis(0) } else { clock.timestamp() });
    let text = move || {
        let suffix = if is_final { "" } else { "…" };
        duration().map(|duration| format!("{}{suffix}", format::duration(duration)))
    };
    let slow = move || duration().is_some_and(|duration| is_slow(usual.get(), duration)).then(|| t(" slow"));
    view! {
        {move || text()}
        <span class="slow" title=t("slower than usual")>
            {move || slow()}
        </span>
    }
}

/// Renders what started the run.
#[component]
fn StartedBy(run: RunSummary) -> impl IntoView {
    let trigger = run.trigger.map(|id| {
        let id = id.to_string();
        let short = id.chars().take(8).collect::<String>();
        view! {
            " "
            <code class="muted" title=id>
                {short}
            </code>
        }
    });
    view! {
        {state_names::starter(&run)}
        {trigger}
    }
}
