//! What a row of the job list shows of the job's runs.

use leptos::prelude::*;
use txjobs_sdk::{Timestamp, types::JobId};

use crate::{
    components::{OutcomeSquare, Time, outcome_shape},
    model::{
        format,
        history::{History, IssueCounts, RunSummary},
        route::Route,
    },
    state::{Clock, Jobs},
};

/// Number of runs shown for a job.
const MAX_RUNS: usize = 5;

/// Renders the cells that depend on the history. They are one effect, because their data arrives together.
#[component]
pub(super) fn HistoryCells(job: JobId, history: Memo<Option<History>>) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let clock = expect_context::<Clock>();
    move || {
        let has_failed = jobs.failed.with(|failed| failed.contains(&job));
        let known = history.get();
        let counts = known.as_ref().map(|history| issue_counts(history, has_failed));
        let (warnings, errors) = match counts {
            None => (None, None),
            Some(counts) => (
                Some(counts.clone().view("warning-count", |counts| counts.warnings)),
                Some(counts.view("error-count", |counts| counts.errors)),
            ),
        };
        let newest = known.as_ref().and_then(History::newest).copied();
        let duration = newest.map(|run| view! { <RunDuration run /> });
        let squares = known.as_ref().map(|history| last_runs(job, history, clock));
        view! {
            <td class="hide-on-phone">
                <span class="last-runs">{squares}</span>
            </td>
            <td class="muted hide-on-phone">{last_run(known.as_ref(), has_failed)}</td>
            <td class="number hide-on-phone">{duration}</td>
            <td class="number hide-on-phone hide-on-tablet">{warnings}</td>
            <td class="number hide-on-phone hide-on-tablet">{errors}</td>
        }
    }
}

/// Renders a second line with the content of the hidden columns on a phone.
#[component]
pub(super) fn SecondaryLine(job: JobId, history: Memo<Option<History>>) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let clock = expect_context::<Clock>();
    let content = move || {
        let has_failed = jobs.failed.with(|failed| failed.contains(&job));
        let known = history.get();
        let Some(run) = known.as_ref().and_then(History::newest).copied() else {
            return last_run(known.as_ref(), has_failed).into_any();
        };
        let color = outcome_shape(run.state).color;
        view! {
            <span class=format!("{color}-text")>{run.state.to_string()}</span>
            " · "
            {move || run.created.map(|at| clock.format(at))}
            {move || duration(&run, clock).map(|duration| format!(" · {duration}"))}
        }
        .into_any()
    };
    view! { <span class="secondary-line">{content}</span> }
}

/// Renders the duration of a run. It grows while the run continues.
#[component]
fn RunDuration(run: RunSummary) -> impl IntoView {
    let clock = expect_context::<Clock>();
    move || duration(&run, clock)
}

fn duration(run: &RunSummary, clock: Clock) -> Option<String> {
    if run.state.is_final() {
        return run.ended?.since(run.created?).map(format::duration);
    }
    run.duration(clock.timestamp()).map(|duration| format!("{}…", format::duration(duration)))
}

/// Renders the last runs, the newest at the right.
fn last_runs(job: JobId, history: &History, clock: Clock) -> impl IntoView + use<> {
    let square = |run: &RunSummary| {
        let link = Route::Run { job, run: run.url_id() }.to_string();
        // The exact time, because a relative time would render the squares again every second.
        let when = run.created.map(|at: Timestamp| clock.zone().exact(at)).unwrap_or_default();
        let title = format!("{}, {when}", run.state);
        view! { <OutcomeSquare run=*run link title /> }
    };
    history.runs.iter().take(MAX_RUNS).rev().map(square).collect_view()
}

/// Renders when the last run began.
fn last_run(history: Option<&History>, has_failed: bool) -> impl IntoView + use<> {
    match history.map(History::newest) {
        None if has_failed => {
            let text = "The runs of this job could not be loaded. Refresh to retry.";
            view! { <span title=text>"not loaded"</span> }.into_any()
        }
        None => view! { <span class="skeleton w-2"></span> }.into_any(),
        Some(None) => "never ran".into_any(),
        Some(Some(run)) if !run.state.is_final() => view! {
            "started "
            <Time at=run.created />
        }
        .into_any(),
        Some(Some(run)) => view! { <Time at=run.created /> }.into_any(),
    }
}

/// What is known about the warnings and errors of the last run.
#[derive(Clone, Debug)]
enum Issues {
    NeverRan,
    Counted(IssueCounts),
    NotCounted,
    Counting,
}

fn issue_counts(history: &History, has_failed: bool) -> Issues {
    match (history.newest(), history.newest_counts()) {
        (None, _) => Issues::NeverRan,
        (_, Some(counts)) => Issues::Counted(counts),
        (Some(newest), None) if newest.state.is_final() && (newest.trigger.is_none() || has_failed) => {
            Issues::NotCounted
        }
        _ => Issues::Counting,
    }
}

impl Issues {
    /// Renders the number of warnings or errors.
    fn view(self, class: &'static str, of: fn(IssueCounts) -> usize) -> AnyView {
        match self {
            Self::NeverRan => ().into_any(),
            Self::Counted(counts) if of(counts) > 0 => {
                view! { <span class=class>{format::count(of(counts))}</span> }.into_any()
            }
            Self::Counted(_) => view! { <span class="zero" title="none">"–"</span> }.into_any(),
            Self::NotCounted => {
                let text = "Not counted. Open the run to see its log.";
                view! { <span class="zero" title=text>"?"</span> }.into_any()
            }
            Self::Counting => view! { <span class="zero">"…"</span> }.into_any(),
        }
    }
}
