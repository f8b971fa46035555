//! The table of jobs: only the rows that are seen are in the document.

use crate::components::{effect, press, while_};
use leptos::{html, prelude::*};
use txjobs_sdk::{JobStatusCode, types::JobId};

use crate::{
    browser,
    components::{icon, outcome_square, status_badge, when},
    format,
    history::{History, RunSummary},
    route::{Column, Listing, Route},
    state::{App, Ask, Deed, app},
    virtual_rows::{Rows, Window},
};

/// The list shows so many of a job's runs.
const FIVE: usize = 5;

#[component]
pub fn JobsTable(
    listing: Memo<Listing>,
    shown: Memo<Vec<JobId>>,
    seen: RwSignal<std::ops::Range<usize>>,
) -> impl IntoView {
    let app = app();
    let body = NodeRef::<html::Tbody>::new();
    let window_on_rows = RwSignal::new(Window { first: 0, last: 40, top: 0.0 });
    let count = Memo::new(move |_| shown.with(Vec::len));
    let row_height = RwSignal::new(browser::css_pixels("--row", 32));
    let measure = move || {
        let Some(body) = body.get_untracked() else { return };
        let height = browser::css_pixels("--row", 32);
        row_height.set(height);
        let seen_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
        let rows = Rows { count: count.get_untracked(), row_height: height, seen: seen_height };
        let now = rows.window(-body.get_bounding_client_rect().top());
        if now != window_on_rows.get_untracked() {
            window_on_rows.set(now);
            seen.set(now.first..now.last);
        }
    };
    effect(move || {
        count.track();
        body.track();
        request_animation_frame(measure);
    });
    let on_scroll = window_event_listener(leptos::ev::scroll, move |_| measure());
    let on_resize = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || {
        on_scroll.remove();
        on_resize.remove();
    });
    let loaded = Memo::new(move |_| app.jobs.list.with(Option::is_some));
    let before = move || window_on_rows.get().first.min(count.get()) as f64 * row_height.get();
    let after = move || count.get().saturating_sub(window_on_rows.get().last) as f64 * row_height.get();
    let rows = move || {
        let window = window_on_rows.get();
        shown.with(|shown| shown.get(window.first..window.last.min(shown.len())).unwrap_or_default().to_vec())
    };
    view! {
        <table class="table jobs" aria-label="Jobs" aria-rowcount=move || (count.get() + 1).to_string()
            aria-busy=move || (!loaded.get()).to_string()>
            <thead>
                <tr>
                    <Head listing column=Column::Name class="" label="Name">"Name"</Head>
                    <Head listing column=Column::Status class="c-status" label="Status">"Status"</Head>
                    <th scope="col" class="c-five wide">"Last five"</th>
                    <Head listing column=Column::LastRun class="c-last wide" label="Last run">"Last run"</Head>
                    <Head listing column=Column::Took class="c-took number wide" label="Took">"Took"</Head>
                    <Head listing column=Column::Warnings class="c-count number wide roomy" label="Warnings of the last run">{icon("triangle")}</Head>
                    <Head listing column=Column::Errors class="c-count number wide roomy" label="Errors of the last run">{icon("cross")}</Head>
                    <th scope="col" class="c-actions"><span class="unseen">"Actions"</span></th>
                </tr>
            </thead>
            <tbody node_ref=body>
                {while_(move || { before() > 0.0 }, move || view! {
                    <tr aria-hidden="true"><td class="gap" colspan="8" style:height=move || format!("{}px", before() as i64)></td></tr>
                }.into_any())}
                {move || if loaded.get() { view! {
                    <For each=rows key=|job| *job let(job)>
                        <Row job />
                    </For>
                }.into_any() } else { skeleton().into_any() }}
                {while_(move || { after() > 0.0 }, move || view! {
                    <tr aria-hidden="true"><td class="gap" colspan="8" style:height=move || format!("{}px", after() as i64)></td></tr>
                }.into_any())}
            </tbody>
        </table>
    }
}

/// Rows of the right height while the jobs come, so that nothing jumps.
fn skeleton() -> impl IntoView {
    ["w-1", "w-2", "w-3", "w-1", "w-3", "w-2", "w-1", "w-2"]
        .map(|width| {
            view! {
                <tr aria-hidden="true">
                    <td><span class=format!("ghost-line {width}")></span></td>
                    <td><span class="ghost-line w-fix"></span></td>
                    <td class="wide"><span class="ghost-line w-2"></span></td>
                    <td class="wide"><span class="ghost-line w-2"></span></td>
                    <td class="wide"></td><td class="wide roomy"></td><td class="wide roomy"></td><td></td>
                </tr>
            }
        })
        .collect_view()
}

/// A column's head that sorts by it.
#[component]
fn Head(
    listing: Memo<Listing>,
    column: Column,
    class: &'static str,
    label: &'static str,
    children: Children,
) -> impl IntoView {
    let direction = move || {
        let listing = listing.get();
        (listing.sort == column).then_some(listing.descending)
    };
    let sort = move || match direction() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    let sort_by = press(move || {
        let route = Route::Jobs(listing.get_untracked().sorted_by(column));
        browser::replace(&route.to_string());
        app().route.set(route);
    });
    view! {
        <th scope="col" class=class aria-sort=sort>
            <button type="button" title=format!("Sort by {}", label.to_lowercase()) aria-label=label on:click=sort_by>
                {children()}
                {move || direction().map(|down| icon(if down { "down" } else { "up" }))}
            </button>
        </th>
    }
}

#[component]
fn Row(job: JobId) -> impl IntoView {
    let app = app();
    let name = Memo::new(move |_| app.name_of(job).unwrap_or_default());
    let status = Memo::new(move |_| app.status_of(job));
    let history = Memo::new(move |_| app.jobs.histories.with(|all| all.get(&job).cloned()));
    let is_missing = move || app.jobs.missing.with(|missing| missing.contains(&job));
    let link = Route::Job(job).to_string();
    view! {
        <tr data-job=job.to_string()>
            <td class="name">
                <a href=link title=name><bdi>{name}</bdi></a>
                <span class="under">{move || under(app, job, history)}</span>
            </td>
            <td>{move || status_badge(status.get())}</td>
            <td class="wide"><span class="five">{move || history.get().map(|history| five(app, job, &history))}</span></td>
            <td class="quiet wide">{move || last_run(app, job, history)}</td>
            <td class="number wide">{move || history.with(|h| h.as_ref().and_then(|h| took(app, h.last()?)))}</td>
            <td class="number wide roomy">{move || history.with(|h| findings(h.as_ref(), is_missing(), "warned", |counts| counts.warnings))}</td>
            <td class="number wide roomy">{move || history.with(|h| findings(h.as_ref(), is_missing(), "failed-count", |counts| counts.errors))}</td>
            <td class="actions"><Action job name status /></td>
        </tr>
    }
}

/// The last five runs, the newest at the right.
fn five(app: App, job: JobId, history: &History) -> impl IntoView + use<> {
    let runs: Vec<_> = history.runs.iter().take(FIVE).collect();
    runs.into_iter()
        .rev()
        .map(|run| {
            let link = Route::Run { job, run: run.link_id() }.to_string();
            let when = run.created.map(|at| app.when(at)).unwrap_or_default();
            outcome_square(run, link, format!("{}, {when}", run.state))
        })
        .collect_view()
}

fn last_run(app: App, job: JobId, history: Memo<Option<History>>) -> AnyView {
    if app.jobs.missing.with(|missing| missing.contains(&job)) && history.with(Option::is_none) {
        return view! { <span title="The server did not give the runs of this job. Refresh to try again.">"not loaded"</span> }.into_any();
    }
    let Some(history) = history.get() else {
        return view! { <span class="ghost-line w-2"></span> }.into_any();
    };
    match history.last() {
        None => "never ran".into_any(),
        Some(run) if !run.state.is_final() => view! { "started " {when(run.created)} }.into_any(),
        Some(run) => when(run.created).into_any(),
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
    of: impl Fn(crate::history::Counts) -> usize,
) -> Option<AnyView> {
    let history = history?;
    Some(match (history.last()?, history.last_counts()) {
        (_, Some(counts)) if of(counts) > 0 => view! { <span class=class>{format::count(of(counts))}</span> }.into_any(),
        (_, Some(_)) => view! { <span class="zero" title="none">"–"</span> }.into_any(),
        (last, None) if last.state.is_final() && (last.trigger.is_none() || is_missing) => {
            view! { <span class="zero" title="Not counted: it takes the whole log of the run. Open the run.">"?"</span> }.into_any()
        }
        _ => view! { <span class="zero">"…"</span> }.into_any(),
    })
}

/// On a phone, what the other columns say, in a second line.
fn under(app: App, job: JobId, history: Memo<Option<History>>) -> AnyView {
    let Some(last) = history.with(|h| h.as_ref().map(|h| h.last().cloned())) else {
        return last_run(app, job, history);
    };
    let Some(run) = last else { return "never ran".into_any() };
    let when = run.created.map(|at| app.when(at)).unwrap_or_default();
    let shape = crate::components::outcome_shape(run.state);
    let took = took(app, &run).map(|took| format!(" · {took}"));
    view! { <span class=format!("{}-text", shape.colour)>{run.state.to_string()}</span> " · " {when} {took} }
        .into_any()
}

/// Run, or cancel where the server can.
#[component]
fn Action(job: JobId, name: Memo<String>, status: Memo<Option<JobStatusCode>>) -> impl IntoView {
    let app = app();
    let deed = Memo::new(move |_| {
        let is_active = status.get().is_some_and(JobStatusCode::is_active);
        if is_active && app.extensions.get().cancel { Deed::Cancel } else { Deed::Run }
    });
    let label = move || match deed.get() {
        Deed::Run => format!("Run {}", name.get()),
        Deed::Cancel => format!("Cancel {}", name.get()),
    };
    view! {
        <button type="button" class="ghost" aria-label=label title=label
            on:click=press(move || app.ask.set(Some(Ask { what: deed.get_untracked(), job })))>
            {move || icon(if deed.get() == Deed::Run { "play" } else { "stop" })}
        </button>
    }
}
