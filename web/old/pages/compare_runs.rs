//! Comparison of two runs of a job.

use std::{rc::Rc, sync::atomic::Ordering};

use txjobs_sdk::{
    Error, paths,
    types::{JobId, TriggerId},
};
use web_sys::Event;

use crate::{
    api,
    components::{error_note, state_badge, time_view},
    dom::{El, IntoView, View, button, el, on_window},
    log::{
        Level, Lines,
        difference::{LineSet, UniqueLine},
    },
    model::{
        format,
        history::{History, RunSummary},
        query,
        route::Route,
    },
    profiles::session::Session,
    reactive::{Memo, RwSignal, effect, screen_alive},
    utils::browser,
};

/// Maximum number of listed lines of each run.
const MAX_LINES: usize = 100;

/// Returns the runs in the address.
pub(super) fn runs_in_address() -> Vec<TriggerId> {
    let ids = query::parameter(&browser::hash(), "compare").unwrap_or_default();
    ids.split(',').filter_map(|id| id.parse().ok()).take(2).collect()
}

/// Keeps the selected runs in the address.
pub(super) fn sync_address(job: JobId, selected: RwSignal<Vec<TriggerId>>) {
    let mut before = selected.get_untracked();
    effect(move || {
        let now = selected.get();
        if now != before {
            let link = Route::Job(job).to_string();
            match now.as_slice() {
                [one, other] => browser::replace_address(&format!("{link}?compare={one},{other}")),
                _ => browser::replace_address(&link),
            }
            before = now;
        }
    });
    on_window("hashchange", move |_: Event| selected.set(runs_in_address()));
}

/// The logs of both runs, the older first, and the lines that only one of them has.
struct Pair {
    logs: [Lines; 2],
    unique_lines: [Vec<UniqueLine>; 2],
}

/// Renders the comparison when two runs are selected.
pub(super) fn comparison(
    session: Rc<Session>,
    job: JobId,
    history: RwSignal<Option<History>>,
    selected: RwSignal<Vec<TriggerId>>,
) -> View {
    let pair = RwSignal::new(None::<Result<Rc<Pair>, Error>>);
    // A memo, so that a reloaded history does not load the logs again.
    let runs = Memo::new(move || {
        let two = selected.get();
        let found = history.with(|history| {
            let all = history.as_ref().map_or(&[][..], |history| &history.runs);
            // The history is sorted newest first, so reverse it.
            all.iter().rev().filter(|run| two.contains(&run.url_id())).copied().collect::<Vec<_>>()
        });
        <[RunSummary; 2]>::try_from(found).ok()
    });
    let alive = screen_alive();
    effect(move || {
        let Some(two) = runs.get() else { return };
        pair.set(None);
        let (session, alive) = (session.clone(), alive.clone());
        browser::spawn(async move {
            let result = load(&session, job, two).await;
            if alive.load(Ordering::Relaxed)
                && selected.with_untracked(|all| two.iter().all(|run| all.contains(&run.url_id())))
            {
                pair.set(Some(result.map(Rc::new)));
            }
        });
    });
    let view = move || match runs.get() {
        Some(two) => Some(comparison_panel(job, two, pair.get(), selected)),
        None if selected.with(Vec::len) == 1 => {
            Some(el("p").class("muted").attr("role", "status").child("Select a second run to compare."))
        }
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
        let logs_of_job = api::executions(session, &request).await?.value;
        if let Some(index) = logs_of_job.executions.iter().position(|other| other.id == run.execution) {
            *log = logs_of_job.into_execution(index).1.sorted_by_time();
        }
    }
    let [one, other] = [LineSet::from_lines(&logs[0]), LineSet::from_lines(&logs[1])];
    let unique_lines = [one.difference(&other), other.difference(&one)];
    Ok(Pair { logs, unique_lines })
}

fn comparison_panel(
    job: JobId,
    two: [RunSummary; 2],
    pair: Option<Result<Rc<Pair>, Error>>,
    selected: RwSignal<Vec<TriggerId>>,
) -> El {
    let close = button("button", move || selected.set(Vec::new())).child("Close");
    let header = el("div")
        .class("bar")
        .child(el("h2").child("Comparison"))
        .child(el("span").class("spacer"))
        .child(close);
    let row = |name: &'static str, cells: [View; 2]| {
        let cells: Vec<_> = cells.into_iter().map(|cell| el("td").child(cell)).collect();
        el("tr").child(el("th").attr("scope", "row").child(name)).child(cells)
    };
    let started = two.map(|run| {
        let link = Route::Run { job, run: run.url_id() }.to_string();
        el("a").class("link").attr("href", link).child(time_view(run.created)).into_view()
    });
    let duration =
        two.map(|run| match run.ended.zip(run.created).and_then(|(end, begin)| end.since(begin)) {
            Some(duration) => format::duration(duration).into_view(),
            None => "unknown".into_view(),
        });
    let mut rows = vec![
        row("Started", started),
        row("State", two.map(|run| state_badge(run.state, None).into_view())),
        row("Duration", duration),
    ];
    let lists = match pair {
        None => el("p").class("muted").attr("role", "status").child("Loading both logs…").into_view(),
        Some(Err(error)) => error_note(&error, "The logs could not be compared.", ()).into_view(),
        Some(Ok(pair)) => {
            let count = |level: Level| [0, 1].map(|at| format::count(pair.logs[at].count(level)).into_view());
            rows.push(row("Lines", [0, 1].map(|at| format::count(pair.logs[at].len()).into_view())));
            rows.push(row("Warnings", count(Level::Warning)));
            rows.push(row("Errors", count(Level::Error)));
            let lists =
                [0, 1].map(|at| unique_lines(job, &two[at], &pair.logs[at], &pair.unique_lines[at], at == 0));
            let note =
                "Words with a digit (numbers, times, ids), the order of lines and their number are ignored.";
            (lists, el("p").class("muted").child(note)).into_view()
        }
    };
    let table = el("table")
        .class("table comparison-table")
        .attr("aria-label", "Comparison")
        .child(el("tbody").child(rows));
    el("section")
        .class("panel comparison")
        .attr("aria-label", "Comparison")
        .child(header)
        .child(table)
        .child(lists)
}

/// Renders the lines that only this run has, with links to them.
fn unique_lines(job: JobId, run: &RunSummary, log: &Lines, lines: &[UniqueLine], is_older: bool) -> El {
    let name = if is_older { "Only in the older run" } else { "Only in the newer run" };
    let link = Route::Run { job, run: run.url_id() };
    let line = |unique: &UniqueLine| {
        let view = log.get(unique.line)?;
        let text = format::one_line(view.message, 300);
        let class = if view.level == Level::Error { "bad-text" } else { "" };
        let count = (unique.count > 1).then(|| format!(" ({} times)", format::count(unique.count)));
        let address = format!("{link}?line={}", unique.line + 1);
        let number = el("a").attr("href", address).child(format!("{} {}", unique.line + 1, view.severity));
        let count = el("span").class("muted").child(count);
        Some(el("li").child(number).child(" ").child(el("bdi").class(class).child(text)).child(count))
    };
    let items: Vec<_> = lines.iter().take(MAX_LINES).filter_map(line).collect();
    let more =
        (lines.len() > MAX_LINES).then(|| format!("and {} more", format::count(lines.len() - MAX_LINES)));
    el("section")
        .child(el("h2").child(format!("{name}: {}", format::plural(lines.len(), "line"))))
        .child(el("ul").class("unique-lines").child(items))
        .child(el("p").class("muted").child(more))
}
