//! A row of the job list.

use txjobs_sdk::{JobStatusCode, types::JobId};
use web_sys::{Event, HtmlInputElement};

use super::filters::set;
use crate::{
    components::{icon, outcome_shape, outcome_square, status_badge, when},
    dom::{El, IntoView, View, button, el},
    format,
    history::{Counts, History, RunSummary},
    reactive::Memo,
    route::{Listing, Route},
    state::{App, Ask, Deed, app},
};

/// Number of runs shown for a job.
const FIVE: usize = 5;

/// Renders a job with status, last runs and action.
pub(super) fn row(job: JobId, listing: Memo<Listing>, selected: Memo<Vec<JobId>>) -> El {
    let app = app();
    let name = Memo::new(move || app.name_of(job).unwrap_or_default());
    let status = Memo::new(move || app.status_of(job));
    let is_narrow = app.is_narrow.get_untracked();
    let history = Memo::new(move || app.jobs.histories.with(|all| all.get(&job).cloned()));
    let link = el("a")
        .attr("href", Route::Job(job).to_string())
        .attr("title", name)
        .child(el("bdi").attr("id", format!("name-{job}")).child(name));
    let tick = el("input")
        .attr("type", "checkbox")
        .attr("aria-labeledby", format!("name-{job}"))
        .checked(move || selected.with(|selected| selected.contains(&job)));
    let input: HtmlInputElement = tick.get();
    let tick = tick.on("change", move |_: Event| {
        let now = listing.with_untracked(|listing| listing.toggled(job));
        // A full selection takes no more jobs.
        input.set_checked(now.selected.contains(&job));
        set(now);
    });
    el("tr")
        .attr("data-job", job.to_string())
        .child(el("td").class("tick wide").child(tick))
        .child(
            el("td")
                .class("name")
                .child(link)
                .child(is_narrow.then(|| el("span").class("under").child(move || under(app, job, history)))),
        )
        .child(el("td").child(move || status_badge(status.get())))
        .child((!is_narrow).then(|| (move || cells(app, job, history)).into_view()))
        .child(el("td").class("actions").child(action(job, name, status)))
}

/// Renders the cells that depend on the history. They are created together, because their data arrives together.
fn cells(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    let is_missing = app.jobs.missing.with(|missing| missing.contains(&job));
    let known = history.get();
    let known = known.as_ref();
    let count = |class: &'static str, of: fn(Counts) -> usize| {
        el("td").class("number wide roomy").child(findings(known, is_missing, class, of))
    };
    let squares = el("span").class("five").child(known.map(|history| five(app, job, history)));
    let last = known.and_then(History::last).copied();
    let took = move || last.and_then(|run| took(app, &run));
    (
        el("td").class("wide").child(squares),
        el("td").class("quiet wide").child(last_run(app, job, history)),
        el("td").class("number wide").child(took),
        count("warned", |counts| counts.warnings),
        count("failed-count", |counts| counts.errors),
    )
        .into_view()
}

/// Renders the last runs, the newest at the right.
fn five(app: App, job: JobId, history: &History) -> View {
    let square = |run: &RunSummary| {
        let link = Route::Run { job, run: run.link_id() }.to_string();
        // The exact time, because a relative time would render the squares again every second.
        let when = run.created.map(|at| app.zone().exact(at)).unwrap_or_default();
        outcome_square(run, link, format!("{}, {when}", run.state))
    };
    let newest = &history.runs[..history.runs.len().min(FIVE)];
    newest.iter().rev().map(square).collect::<Vec<_>>().into_view()
}

fn last_run(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    if app.jobs.missing.with(|missing| missing.contains(&job)) && history.with(Option::is_none) {
        let words = "The runs of this job could not be loaded. Refresh to retry.";
        return el("span").attr("title", words).child("not loaded").into_view();
    }
    let Some(history) = history.get() else {
        return el("span").class("ghost-line w-2").into_view();
    };
    match history.last() {
        None => "never ran".into_view(),
        Some(run) if !run.state.is_final() => ("started ", when(run.created)).into_view(),
        Some(run) => when(run.created).into_view(),
    }
}

fn took(app: App, run: &RunSummary) -> Option<String> {
    if run.state.is_final() {
        let took = run.ended?.since(run.created?)?;
        return Some(format::duration(took));
    }
    run.took(app.now()).map(|took| format!("{}…", format::duration(took)))
}

/// Renders the number of warnings or errors if it is known.
fn findings(
    history: Option<&History>,
    is_missing: bool,
    class: &'static str,
    of: fn(Counts) -> usize,
) -> Option<El> {
    let history = history?;
    let none = || el("span").class("zero");
    Some(match (history.last()?, history.last_counts()) {
        (_, Some(counts)) if of(counts) > 0 => el("span").class(class).child(format::count(of(counts))),
        (_, Some(_)) => none().attr("title", "none").child("–"),
        (last, None) if last.state.is_final() && (last.trigger.is_none() || is_missing) => {
            none().attr("title", "Not counted. Open the run to see its log.").child("?")
        }
        _ => none().child("…"),
    })
}

/// Renders a second line with the content of the hidden columns on a phone.
fn under(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    let Some(last) = history.with(|h| h.as_ref().map(|h| h.last().cloned())) else {
        return last_run(app, job, history);
    };
    let Some(run) = last else { return "never ran".into_view() };
    let when = run.created.map(|at| app.when(at)).unwrap_or_default();
    let took = took(app, &run).map(|took| format!(" · {took}")).unwrap_or_default();
    let state =
        el("span").class(format!("{}-text", outcome_shape(run.state).color)).child(run.state.to_string());
    (state, format!(" · {when}{took}")).into_view()
}

/// Renders the run button, or the cancel button for an active job if the server supports it.
fn action(job: JobId, name: Memo<String>, status: Memo<Option<JobStatusCode>>) -> El {
    let app = app();
    let deed = Memo::new(move || {
        let is_active = status.get().is_some_and(JobStatusCode::is_active);
        if is_active && app.extensions.get().cancel { Deed::Cancel } else { Deed::Run }
    });
    let label = Memo::new(move || match deed.get() {
        Deed::Run => format!("Run {}", name.get()),
        Deed::Cancel => format!("Cancel {}", name.get()),
    });
    button("ghost", move || app.ask.set(Some(Ask { what: deed.get_untracked(), job })))
        .attr("aria-label", label)
        .child(move || icon(if deed.get() == Deed::Run { "play" } else { "stop" }))
}
