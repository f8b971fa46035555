//! Comparison of two runs of a job.

use std::{rc::Rc, sync::atomic::Ordering};

use txjobs_sdk::{
    Error, paths,
    types::{JobId, TriggerId},
};
use web_sys::Event;

use crate::{
    api, browser,
    components::{state_badge, trouble_note, when},
    dom::{El, IntoView, View, button, el, on_window},
    follow, format,
    history::{History, RunSummary},
    log::{
        Level, Lines,
        compare::{Compared, Only},
    },
    reactive::{Memo, RwSignal, effect},
    route::{self, Route},
    state::Session,
};

/// Maximum number of listed lines of each run.
const MOST: usize = 100;

/// Returns the runs in the address.
pub(super) fn chosen_by_address() -> Vec<TriggerId> {
    let named = route::parameter(&browser::hash(), "compare").unwrap_or_default();
    named.split(',').filter_map(|id| id.parse().ok()).take(2).collect()
}

/// Keeps the selected runs in the address.
pub(super) fn keep_chosen(job: JobId, chosen: RwSignal<Vec<TriggerId>>) {
    let mut before = chosen.get_untracked();
    effect(move || {
        let now = chosen.get();
        if now != before {
            let link = Route::Job(job).to_string();
            match now.as_slice() {
                [one, other] => browser::replace(&format!("{link}?compare={one},{other}")),
                _ => browser::replace(&link),
            }
            before = now;
        }
    });
    on_window("hashchange", move |_: Event| chosen.set(chosen_by_address()));
}

/// The logs of both runs, the older first, and the lines that only one of them has.
struct Pair {
    logs: [Lines; 2],
    only: [Vec<Only>; 2],
}

/// Renders the comparison when two runs are selected.
pub(super) fn comparison(
    session: Rc<Session>,
    job: JobId,
    history: RwSignal<Option<History>>,
    chosen: RwSignal<Vec<TriggerId>>,
) -> View {
    let pair = RwSignal::new(None::<Result<Rc<Pair>, Error>>);
    // A memo, so that a reloaded history does not load the logs again.
    let runs = Memo::new(move || {
        let two = chosen.get();
        let found = history.with(|history| {
            let all = history.as_ref().map_or(&[][..], |history| &history.runs);
            // The history is sorted newest first, so reverse it.
            all.iter().rev().filter(|run| two.contains(&run.link_id())).copied().collect::<Vec<_>>()
        });
        <[RunSummary; 2]>::try_from(found).ok()
    });
    let alive = follow::alive();
    effect(move || {
        let Some(two) = runs.get() else { return };
        pair.set(None);
        let (session, alive) = (session.clone(), alive.clone());
        browser::spawn(async move {
            let came = load(&session, job, two).await;
            if alive.load(Ordering::Relaxed)
                && chosen.with_untracked(|all| two.iter().all(|run| all.contains(&run.link_id())))
            {
                pair.set(Some(came.map(Rc::new)));
            }
        });
    });
    let view = move || match runs.get() {
        Some(two) => Some(shown(job, two, pair.get(), chosen)),
        None if chosen.with(Vec::len) == 1 => Some(
            el("p").class("quiet").attr("role", "status").child("Select a second run to compare."),
        ),
        None => None,
    };
    view.into_view()
}

async fn load(session: &Session, job: JobId, two: [RunSummary; 2]) -> Result<Pair, Error> {
    let mut logs = [Lines::default(), Lines::default()];
    for (log, run) in logs.iter_mut().zip(two) {
        let request = match run.trigger {
            Some(trigger) => paths::get_job_logs_by_trigger(job, trigger, None),
            None => paths::get_job_logs(job, None, None),
        };
        let arrived = api::executions(session, &request).await?.value;
        if let Some(at) = arrived.executions.iter().position(|other| other.id == run.execution) {
            *log = arrived.take(at).1.in_order();
        }
    }
    let [one, other] = [Compared::of(&logs[0]), Compared::of(&logs[1])];
    let only = [one.not_in(&other), other.not_in(&one)];
    Ok(Pair { logs, only })
}

fn shown(
    job: JobId,
    two: [RunSummary; 2],
    pair: Option<Result<Rc<Pair>, Error>>,
    chosen: RwSignal<Vec<TriggerId>>,
) -> El {
    let close = button("button", move || chosen.set(Vec::new())).child("Close");
    let bar =
        el("div").class("bar").child(el("h2").child("Comparison")).child(el("span").class("grow")).child(close);
    let row = |name: &'static str, cells: [View; 2]| {
        let cells: Vec<_> = cells.into_iter().map(|cell| el("td").child(cell)).collect();
        el("tr").child(el("th").attr("scope", "row").child(name)).child(cells)
    };
    let started = two.map(|run| {
        let link = Route::Run { job, run: run.link_id() }.to_string();
        el("a").class("link").attr("href", link).child(when(run.created)).into_view()
    });
    let took = two.map(|run| match run.ended.zip(run.created).and_then(|(end, begin)| end.since(begin)) {
        Some(took) => format::duration(took).into_view(),
        None => "unknown".into_view(),
    });
    let mut rows = vec![
        row("Started", started),
        row("State", two.map(|run| state_badge(run.state, None).into_view())),
        row("Took", took),
    ];
    let lists = match pair {
        None => el("p").class("quiet").attr("role", "status").child("Loading both logs…").into_view(),
        Some(Err(trouble)) => trouble_note(&trouble, "The logs could not be compared.", ()).into_view(),
        Some(Ok(pair)) => {
            let count = |level: Level| [0, 1].map(|at| format::count(pair.logs[at].count(level)).into_view());
            rows.push(row("Lines", [0, 1].map(|at| format::count(pair.logs[at].len()).into_view())));
            rows.push(row("Warnings", count(Level::Warning)));
            rows.push(row("Errors", count(Level::Error)));
            let lists = [0, 1].map(|at| only(job, &two[at], &pair.logs[at], &pair.only[at], at == 0));
            let words = "Words with a digit (numbers, times, ids), the order of lines and their number are ignored.";
            (lists, el("p").class("quiet").child(words)).into_view()
        }
    };
    let table = el("table").class("table pair").attr("aria-label", "Comparison").child(el("tbody").child(rows));
    el("section")
        .class("panel comparison")
        .attr("aria-label", "Comparison")
        .child(bar)
        .child(table)
        .child(lists)
}

/// Renders the lines that only this run has, with links to them.
fn only(job: JobId, run: &RunSummary, log: &Lines, only: &[Only], is_older: bool) -> El {
    let name = if is_older { "Only in the older run" } else { "Only in the newer run" };
    let link = Route::Run { job, run: run.link_id() };
    let line = |only: &Only| {
        let view = log.get(only.line)?;
        let text = format::one_line(view.message, 300);
        let class = if view.level == Level::Error { "bad-text" } else { "" };
        let count = (only.count > 1).then(|| format!(" ({} times)", format::count(only.count)));
        let address = format!("{link}?line={}", only.line + 1);
        let number = el("a").attr("href", address).child(format!("{} {}", only.line + 1, view.severity));
        let count = el("span").class("quiet").child(count);
        Some(el("li").child(number).child(" ").child(el("bdi").class(class).child(text)).child(count))
    };
    let lines: Vec<_> = only.iter().take(MOST).filter_map(line).collect();
    let more = (only.len() > MOST).then(|| format!("and {} more", format::count(only.len() - MOST)));
    el("section")
        .child(el("h2").child(format!("{name}: {}", format::plural(only.len(), "line"))))
        .child(el("ul").class("only").child(lines))
        .child(el("p").class("quiet").child(more))
}
