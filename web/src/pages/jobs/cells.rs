//! What a row of the job list shows of the job's runs.

use leptos::prelude::*;
use txjobs_sdk::{
    Timestamp,
    types::{JobId, JobSchedule},
};

use crate::{
    components::{DueTime, Icon, OutcomeSquare, Shape, Time, outcome_shape},
    model::{
        format,
        history::{History, IssueCounts, RunSummary},
        job_list::JobIndex,
        route::Route,
        schedule::names,
        state_names,
    },
    state::{Clock, Jobs},
    text,
    text::{t, tf},
};

/// Number of runs shown for a job.
const MAX_RUNS: usize = 5;

/// What is known about the runs of a job.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct JobRuns {
    pub(super) job: JobId,
    /// `None` until it is loaded.
    pub(super) history: Option<History>,
    /// Whether the history could not be loaded last time.
    pub(super) has_failed: bool,
    /// Whether the job is pending or running.
    pub(super) is_active: bool,
}

impl JobRuns {
    fn newest(&self) -> Option<RunSummary> {
        self.history.as_ref().and_then(History::newest).copied()
    }
}

/// Renders the cells that depend on the runs. They are one effect, because their data arrives together.
#[component]
pub(super) fn RunCells(runs: Memo<JobRuns>) -> impl IntoView {
    let (clock, jobs) = (expect_context::<Clock>(), expect_context::<Jobs>());
    let job = runs.with_untracked(|runs| runs.job);
    let has_schedules =
        Memo::new(move |_| jobs.list.with(|list| list.as_ref().is_some_and(JobIndex::has_schedules)));
    let schedule = Memo::new(move |_| jobs.schedule(job));
    let content = move || {
        let runs = runs.get();
        let next_run = has_schedules.get().then(|| {
            view! { <td class="muted hide-on-phone hide-on-tablet">{schedule.get().map(next_run)}</td> }
        });
        let issues = runs.history.as_ref().map(issue_counts);
        let warnings = issues.as_ref().map(|issues| issues.view("warning-count", |counts| counts.warnings));
        let errors = issues.map(|issues| issues.view("error-count", |counts| counts.errors));
        let duration = runs.newest().map(|run| view! { <RunDuration run is_active=runs.is_active /> });
        let squares = runs.history.as_ref().map(|history| last_runs(runs.job, history, clock));
        view! {
            <td class="hide-on-phone">
                <span class="last-runs">{squares}</span>
            </td>
            <td class="muted hide-on-phone">{last_run(&runs)}</td>
            <td class="number hide-on-phone">{duration}</td>
            {next_run}
            <td class="number hide-on-phone hide-on-tablet">{warnings}</td>
            <td class="number hide-on-phone hide-on-tablet">{errors}</td>
        }
    };
    view! { {move || content()} }
}

/// Renders a second line with the content of the hidden columns on a phone. The icon stands for the state if its name is too
/// long for the line.
#[component]
pub(super) fn SecondaryLine(runs: Memo<JobRuns>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let content = move || {
        let runs = runs.get();
        let Some(run) = runs.newest() else { return last_run(&runs).into_any() };
        let Shape { color, icon } = outcome_shape(run.state);
        view! {
            <span class=format!("{color}-text")>
                <Icon name=icon />
            </span>
            <span>
                {move || run.created.map(|at| clock.format(at))} " · "
                <RunDuration run is_active=runs.is_active />
            </span>
            <span class=format!("{color}-text")>"· " {state_names::execution_state(run.state)}</span>
        }
        .into_any()
    };
    view! { <span class="secondary-line">{move || content()}</span> }
}

/// Renders the duration of a run. It grows while the run continues.
#[component]
fn RunDuration(run: RunSummary, is_active: bool) -> impl IntoView {
    let clock = expect_context::<Clock>();
    if run.state.is_final() {
        let duration = run.ended.and_then(|ended| ended.since(run.created?)).map(format::duration);
        return duration.into_any();
    }
    if !is_active {
        let text = t("This run has ended. Its duration is not loaded yet.");
        return view! { <span title=text>"…"</span> }.into_any();
    }
    let duration =
        move || run.duration(clock.timestamp()).map(|duration| format!("{}…", format::duration(duration)));
    duration.into_any()
}

/// Renders the last runs, the newest at the right.
fn last_runs(job: JobId, history: &History, clock: Clock) -> impl IntoView + use<> {
    let square = |run: &RunSummary| {
        let link = Route::Run { job, run: run.url_id() }.to_string();
        // The exact time, because a relative time would render the squares again every second.
        let when = run.created.map(|at: Timestamp| clock.zone().exact(at)).unwrap_or_default();
        let title = format!("{}, {when}", state_names::execution_state(run.state));
        view! { <OutcomeSquare run=*run link title /> }
    };
    history.runs.iter().take(MAX_RUNS).rev().map(square).collect_view()
}

/// Renders when the last run began.
fn last_run(runs: &JobRuns) -> impl IntoView + use<> {
    let mark = runs.has_failed.then(|| view! { <FailedMark /> });
    match (&runs.history, runs.newest()) {
        (None, _) if runs.has_failed => {
            let text = t("The runs of this job could not be loaded. The console tries again.");
            view! { <span title=text>{t("not loaded")}</span> }.into_any()
        }
        (None, _) => view! { <span class="skeleton w-2"></span> }.into_any(),
        (Some(_), None) => view! { {t("never ran")} {mark} }.into_any(),
        (Some(_), Some(run)) if !run.state.is_final() => view! {
            {t("started ")}
            <Time at=run.created />
            {mark}
        }
        .into_any(),
        (Some(_), Some(run)) => view! {
            <Time at=run.created />
            {mark}
        }
        .into_any(),
    }
}

/// Renders when a job starts by itself.
fn next_run(schedule: JobSchedule) -> impl IntoView {
    let after = names(&schedule);
    match schedule.due_time() {
        Some(due) => view! { <DueTime due /> }.into_any(),
        None if after.is_empty() => ().into_any(),
        None => {
            let text = tf!("after {jobs}", jobs = after);
            view! { <span title=text.clone()>{text.clone()}</span> }.into_any()
        }
    }
}

/// Renders a mark beside runs that may be outdated.
#[component]
fn FailedMark() -> impl IntoView {
    let text = t("The newest runs could not be loaded. The console tries again.");
    view! {
        <span class="outdated-mark warn-text" role="img" aria-label=text title=text>
            <Icon name="triangle" />
        </span>
    }
}

/// What is known about the warnings and errors of the last run.
#[derive(Debug)]
enum Issues {
    NeverRan,
    Counted(IssueCounts),
    NotCounted,
    Counting,
}

fn issue_counts(history: &History) -> Issues {
    match (history.newest(), history.newest_counts()) {
        (None, _) => Issues::NeverRan,
        (_, Some(counts)) => Issues::Counted(counts),
        (Some(newest), None)
            if newest.state.is_final()
                && (newest.trigger.is_none() || history.not_counted == Some(newest.execution)) =>
        {
            Issues::NotCounted
        }
        _ => Issues::Counting,
    }
}

impl Issues {
    /// Renders the number of warnings or errors.
    fn view(&self, class: &'static str, of: fn(IssueCounts) -> usize) -> AnyView {
        match self {
            Self::NeverRan => ().into_any(),
            Self::Counted(counts) if of(*counts) > 0 => {
                view! { <span class=class>{text::count(of(*counts))}</span> }.into_any()
            }
            Self::Counted(_) => view! { <span class="zero" title=t("none")>"–"</span> }.into_any(),
            Self::NotCounted => {
                let text = t("Not counted. Open the run to see its log.");
                view! { <span class="zero" title=text>"?"</span> }.into_any()
            }
            Self::Counting => view! { <span class="zero">"…"</span> }.into_any(),
        }
    }
}
