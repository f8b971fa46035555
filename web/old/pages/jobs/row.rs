//! A row of the job list.

use txjobs_sdk::{JobStatusCode, types::JobId};
use web_sys::{Event, HtmlInputElement};

use super::filters::apply_options;
use crate::{
    components::{icon, outcome_shape, outcome_square, status_badge, time_view},
    dom::{El, IntoView, View, button, el},
    model::{
        format,
        history::{History, IssueCounts, RunSummary},
        list_options::ListOptions,
        route::Route,
    },
    reactive::Memo,
    state::{App, JobAction, PendingConfirmation, app},
};

/// Number of runs shown for a job.
const MAX_RUNS: usize = 5;

/// Renders a job with status, last runs and action.
pub(super) fn row(job: JobId, options: Memo<ListOptions>, selected: Memo<Vec<JobId>>) -> El {
    let app = app();
    let name = Memo::new(move || app.job_name(job).unwrap_or_default());
    let status = Memo::new(move || app.job_status(job));
    let is_narrow = app.is_narrow.get_untracked();
    let history = Memo::new(move || app.jobs.histories.with(|all| all.get(&job).cloned()));
    let link = el("a")
        .attr("href", Route::Job(job).to_string())
        .attr("title", name)
        .child(el("bdi").attr("id", format!("name-{job}")).child(name));
    let checkbox = el("input")
        .attr("type", "checkbox")
        .attr("aria-labelledby", format!("name-{job}"))
        .checked(move || selected.with(|selected| selected.contains(&job)));
    let input: HtmlInputElement = checkbox.get();
    let checkbox = checkbox.on("change", move |_: Event| {
        let changed = options.with_untracked(|options| options.with_selection_toggled(job));
        // A full selection takes no more jobs.
        input.set_checked(changed.selected.contains(&job));
        apply_options(changed);
    });
    el("tr")
        .attr("data-job", job.to_string())
        .child(el("td").class("checkbox hide-on-phone").child(checkbox))
        .child(
            el("td").class("name").child(link).child(is_narrow.then(|| {
                el("span").class("secondary-line").child(move || secondary_line(app, job, history))
            })),
        )
        .child(el("td").child(move || status_badge(status.get())))
        .child((!is_narrow).then(|| (move || cells(app, job, history)).into_view()))
        .child(el("td").class("actions").child(action_button(job, name, status)))
}

/// Renders the cells that depend on the history. They are created together, because their data arrives together.
fn cells(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    let has_failed = app.jobs.failed.with(|failed| failed.contains(&job));
    let history_value = history.get();
    let known = history_value.as_ref();
    let count = |class: &'static str, of: fn(IssueCounts) -> usize| {
        el("td").class("number hide-on-phone hide-on-tablet").child(issue_count(known, has_failed, class, of))
    };
    let squares = el("span").class("last-runs").child(known.map(|history| last_runs(app, job, history)));
    let newest = known.and_then(History::newest).copied();
    let duration = move || newest.and_then(|run| duration(app, &run));
    (
        el("td").class("hide-on-phone").child(squares),
        el("td").class("muted hide-on-phone").child(last_run(app, job, history)),
        el("td").class("number hide-on-phone").child(duration),
        count("warning-count", |counts| counts.warnings),
        count("error-count", |counts| counts.errors),
    )
        .into_view()
}

/// Renders the last runs, the newest at the right.
fn last_runs(app: App, job: JobId, history: &History) -> View {
    let square = |run: &RunSummary| {
        let link = Route::Run { job, run: run.url_id() }.to_string();
        // The exact time, because a relative time would render the squares again every second.
        let when = run.created.map(|at| app.zone().exact(at)).unwrap_or_default();
        outcome_square(run, link, format!("{}, {when}", run.state))
    };
    let newest = &history.runs[..history.runs.len().min(MAX_RUNS)];
    newest.iter().rev().map(square).collect::<Vec<_>>().into_view()
}

fn last_run(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    if app.jobs.failed.with(|failed| failed.contains(&job)) && history.with(Option::is_none) {
        let text = "The runs of this job could not be loaded. Refresh to retry.";
        return el("span").attr("title", text).child("not loaded").into_view();
    }
    let Some(history) = history.get() else {
        return el("span").class("skeleton w-2").into_view();
    };
    match history.newest() {
        None => "never ran".into_view(),
        Some(run) if !run.state.is_final() => ("started ", time_view(run.created)).into_view(),
        Some(run) => time_view(run.created).into_view(),
    }
}

fn duration(app: App, run: &RunSummary) -> Option<String> {
    if run.state.is_final() {
        let duration = run.ended?.since(run.created?)?;
        return Some(format::duration(duration));
    }
    run.duration(app.now()).map(|duration| format!("{}…", format::duration(duration)))
}

/// Renders the number of warnings or errors if it is known.
fn issue_count(
    history: Option<&History>,
    has_failed: bool,
    class: &'static str,
    of: fn(IssueCounts) -> usize,
) -> Option<El> {
    let history = history?;
    let none = || el("span").class("zero");
    Some(match (history.newest()?, history.newest_counts()) {
        (_, Some(counts)) if of(counts) > 0 => el("span").class(class).child(format::count(of(counts))),
        (_, Some(_)) => none().attr("title", "none").child("–"),
        (newest, None) if newest.state.is_final() && (newest.trigger.is_none() || has_failed) => {
            none().attr("title", "Not counted. Open the run to see its log.").child("?")
        }
        _ => none().child("…"),
    })
}

/// Renders a second line with the content of the hidden columns on a phone.
fn secondary_line(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    let Some(newest) = history.with(|h| h.as_ref().map(|h| h.newest().cloned())) else {
        return last_run(app, job, history);
    };
    let Some(run) = newest else { return "never ran".into_view() };
    let when = run.created.map(|at| app.format_time(at)).unwrap_or_default();
    let duration = duration(app, &run).map(|duration| format!(" · {duration}")).unwrap_or_default();
    let state =
        el("span").class(format!("{}-text", outcome_shape(run.state).color)).child(run.state.to_string());
    (state, format!(" · {when}{duration}")).into_view()
}

/// Renders the run button, or the cancel button for an active job if the server supports it.
fn action_button(job: JobId, name: Memo<String>, status: Memo<Option<JobStatusCode>>) -> El {
    let app = app();
    let action = Memo::new(move || {
        let is_active = status.get().is_some_and(JobStatusCode::is_active);
        if is_active && app.extensions.get().cancel { JobAction::Cancel } else { JobAction::Run }
    });
    let label = Memo::new(move || match action.get() {
        JobAction::Run => format!("Run {}", name.get()),
        JobAction::Cancel => format!("Cancel {}", name.get()),
    });
    button("icon-button", move || {
        app.pending_confirmation.set(Some(PendingConfirmation { action: action.get_untracked(), job }));
    })
    .attr("aria-label", label)
    .child(move || icon(if action.get() == JobAction::Run { "play" } else { "stop" }))
}
