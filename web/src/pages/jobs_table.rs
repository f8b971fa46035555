//! The table of jobs: only the rows that are seen are in the document.

use std::ops::Range;

use leptos::prelude::{request_animation_frame, window};
use txjobs_sdk::{JobStatusCode, types::JobId};
use uuid::Uuid;
use web_sys::{Element, Event};

use crate::{
    browser,
    components::{icon, outcome_shape, outcome_square, status_badge, when},
    dom::{El, IntoView, View, button, each, el, on_window, show},
    format,
    history::{Counts, History, RunSummary},
    reactive::{Memo, RwSignal, effect},
    route::{Column, Listing, Route},
    state::{App, Ask, Deed, app},
    virtual_rows::{Rows, Window},
};

/// The list shows so many of a job's runs.
const FIVE: usize = 5;

/// The jobs in the order of `shown`; tells by `seen` which of them are on the screen.
pub fn jobs_table(listing: Memo<Listing>, shown: Memo<Vec<JobId>>, seen: RwSignal<Range<usize>>) -> El {
    let app = app();
    let body = el("tbody");
    let count = Memo::new(move || shown.with(Vec::len));
    let (seen_rows, row_height) = keep_window(body.get(), count, seen);
    let loaded = Memo::new(move || app.jobs.list.with(Option::is_some));
    let rows = move || {
        let window = seen_rows.get();
        shown.with(|shown| {
            let seen = shown.get(window.first..window.last.min(shown.len())).unwrap_or_default();
            seen.iter().map(|job| job.as_u128()).collect()
        })
    };
    let before = move || seen_rows.get().first.min(count.get());
    let after = move || count.get().saturating_sub(seen_rows.get().last);
    let content = move || match loaded.get() {
        true => each(rows, |job| row(JobId(Uuid::from_u128(job)))),
        false => skeleton(),
    };
    let body = body.child(gap(before, row_height)).child(content).child(gap(after, row_height));
    el("table")
        .class("table jobs")
        .attr("aria-label", "Jobs")
        .attr("aria-rowcount", move || (count.get() + 1).to_string())
        .attr("aria-busy", move || (!loaded.get()).to_string())
        .child(heads(listing))
        .child(body)
}

/// Which rows are seen, as the page is scrolled and resized; and the height of a row.
fn keep_window(
    body: Element,
    count: Memo<usize>,
    seen: RwSignal<Range<usize>>,
) -> (RwSignal<Window>, RwSignal<f64>) {
    let seen_rows = RwSignal::new(Window { first: 0, last: 40, top: 0.0 });
    let row_height = RwSignal::new(browser::css_pixels("--row", 32));
    let measure = move || {
        let height = browser::css_pixels("--row", 32);
        row_height.try_set(height);
        let seen_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
        let Some(before) = seen_rows.try_get_untracked() else { return };
        let rows = Rows { count: count.get_untracked(), row_height: height, seen: seen_height };
        let now = rows.window(-body.get_bounding_client_rect().top());
        if now != before {
            seen.set(now.first..now.last);
            seen_rows.set(now);
        }
    };
    let later = measure.clone();
    effect(move || {
        count.track();
        request_animation_frame(later.clone());
    });
    let again = measure.clone();
    on_window("scroll", move |_: Event| measure());
    on_window("resize", move |_: Event| again());
    (seen_rows, row_height)
}

/// The place of rows that are not in the document.
fn gap(rows: impl Fn() -> usize + Copy + 'static, row_height: RwSignal<f64>) -> View {
    show(
        move || rows() > 0,
        move || {
            let height = move || format!("{}px", (rows() as f64 * row_height.get()) as i64);
            let cell = el("td").class("gap").attr("colspan", "8").style("height", height);
            el("tr").attr("aria-hidden", "true").child(cell)
        },
    )
}

/// Rows of the right height while the jobs come, so that nothing jumps.
fn skeleton() -> View {
    let line = |class: String| el("span").class(class);
    let cell = |class: &'static str| el("td").class(class);
    let row = |width: &'static str| {
        el("tr")
            .attr("aria-hidden", "true")
            .child(el("td").child(line(format!("ghost-line {width}"))))
            .child(el("td").child(line("ghost-line w-fix".to_owned())))
            .child(cell("wide").child(line("ghost-line w-2".to_owned())))
            .child(cell("wide").child(line("ghost-line w-2".to_owned())))
            .child([cell("wide"), cell("wide roomy"), cell("wide roomy"), el("td")])
    };
    ["w-1", "w-2", "w-3", "w-1", "w-3", "w-2", "w-1", "w-2"].map(row).into_view()
}

fn heads(listing: Memo<Listing>) -> El {
    let plain = |class: &'static str| el("th").attr("scope", "col").class(class);
    let heads = el("tr")
        .child(head(listing, Column::Name, "", "Name", "Name".into_view()))
        .child(head(listing, Column::Status, "c-status", "Status", "Status".into_view()))
        .child(plain("c-five wide").child("Last five"))
        .child(head(listing, Column::LastRun, "c-last wide", "Last run", "Last run".into_view()))
        .child(head(listing, Column::Took, "c-took number wide", "Took", "Took".into_view()))
        .child(head(
            listing,
            Column::Warnings,
            "c-count number wide roomy",
            "Warnings of the last run",
            icon("triangle").into_view(),
        ))
        .child(head(
            listing,
            Column::Errors,
            "c-count number wide roomy",
            "Errors of the last run",
            icon("cross").into_view(),
        ))
        .child(plain("c-actions").child(el("span").class("unseen").child("Actions")));
    el("thead").child(heads)
}

/// A column's head that sorts by it.
fn head(
    listing: Memo<Listing>,
    column: Column,
    class: &'static str,
    label: &'static str,
    content: View,
) -> El {
    let direction =
        Memo::new(move || listing.with(|listing| (listing.sort == column).then_some(listing.descending)));
    let sort = move || match direction.get() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    let sort_by = move || {
        let route = Route::Jobs(listing.get_untracked().sorted_by(column));
        browser::replace(&route.to_string());
        app().route.set(route);
    };
    let button = button("", sort_by)
        .attr("title", format!("Sort by {}", label.to_ascii_lowercase()))
        .attr("aria-label", label)
        .child(content)
        .child(move || direction.get().map(|down| icon(if down { "down" } else { "up" })));
    el("th").attr("scope", "col").class(class).attr("aria-sort", sort).child(button)
}

fn row(job: JobId) -> El {
    let app = app();
    let name = Memo::new(move || app.name_of(job).unwrap_or_default());
    let status = Memo::new(move || app.status_of(job));
    let history = Memo::new(move || app.jobs.histories.with(|all| all.get(&job).cloned()));
    let is_missing = move || app.jobs.missing.with(|missing| missing.contains(&job));
    let count = move |class: &'static str, of: fn(Counts) -> usize| {
        let words = move || history.with(|h| findings(h.as_ref(), is_missing(), class, of));
        el("td").class("number wide roomy").child(words)
    };
    let link =
        el("a").attr("href", Route::Job(job).to_string()).attr("title", name).child(el("bdi").child(name));
    let five = move || history.with(|history| history.as_ref().map(|history| five(app, job, history)));
    let took = move || history.with(|h| h.as_ref().and_then(|h| took(app, h.last()?)));
    el("tr")
        .attr("data-job", job.to_string())
        .child(
            el("td")
                .class("name")
                .child(link)
                .child(el("span").class("under").child(move || under(app, job, history))),
        )
        .child(el("td").child(move || status_badge(status.get())))
        .child(el("td").class("wide").child(el("span").class("five").child(five)))
        .child(el("td").class("quiet wide").child(move || last_run(app, job, history)))
        .child(el("td").class("number wide").child(took))
        .child(count("warned", |counts| counts.warnings))
        .child(count("failed-count", |counts| counts.errors))
        .child(el("td").class("actions").child(action(job, name, status)))
}

/// The last five runs, the newest at the right.
fn five(app: App, job: JobId, history: &History) -> View {
    let square = |run: &RunSummary| {
        let link = Route::Run { job, run: run.link_id() }.to_string();
        let when = run.created.map(|at| app.when(at)).unwrap_or_default();
        outcome_square(run, link, format!("{}, {when}", run.state))
    };
    let newest = &history.runs[..history.runs.len().min(FIVE)];
    newest.iter().rev().map(square).collect::<Vec<_>>().into_view()
}

fn last_run(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    if app.jobs.missing.with(|missing| missing.contains(&job)) && history.with(Option::is_none) {
        let words = "The server did not give the runs of this job. Refresh to try again.";
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

/// How many, where it is known.
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
            none().attr("title", "Not counted: it takes the whole log of the run. Open the run.").child("?")
        }
        _ => none().child("…"),
    })
}

/// On a phone, what the other columns say, in a second line.
fn under(app: App, job: JobId, history: Memo<Option<History>>) -> View {
    let Some(last) = history.with(|h| h.as_ref().map(|h| h.last().cloned())) else {
        return last_run(app, job, history);
    };
    let Some(run) = last else { return "never ran".into_view() };
    let when = run.created.map(|at| app.when(at)).unwrap_or_default();
    let took = took(app, &run).map(|took| format!(" · {took}")).unwrap_or_default();
    let state =
        el("span").class(format!("{}-text", outcome_shape(run.state).colour)).child(run.state.to_string());
    (state, format!(" · {when}{took}")).into_view()
}

/// Run, or cancel where the server can.
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
        .attr("title", label)
        .child(move || icon(if deed.get() == Deed::Run { "play" } else { "stop" }))
}
