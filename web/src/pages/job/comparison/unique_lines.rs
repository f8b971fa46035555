use std::sync::Arc;

use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use super::log_pair::LogPair;
use crate::{
    log::{Level, LineView, difference::UniqueLine},
    model::{format, history::RunSummary, route::Route, state_names},
    text,
    text::{t, tf, tn},
};

/// Maximum number of listed lines of each run.
const MAX_LINES: usize = 100;

/// Renders the lines that only one of the runs has.
#[component]
pub(super) fn UniqueLines(job: JobId, runs: [RunSummary; 2], pair: Arc<LogPair>) -> impl IntoView {
    let list = |title: &'static str, index: usize| {
        let pair = pair.clone();
        view! { <UniqueLinesOfRun job run=runs[index] title pair index /> }
    };
    view! {
        {list(t("Only in the older run"), 0)}
        {list(t("Only in the newer run"), 1)}
        <p class="muted">
            {t("Words with a digit (numbers, times, ids), the order of lines and their number are ignored.")}
        </p>
    }
}

/// Renders the lines that only the run at `index` of the pair has, with links to them.
#[component]
fn UniqueLinesOfRun(
    job: JobId,
    run: RunSummary,
    title: &'static str,
    pair: Arc<LogPair>,
    index: usize,
) -> impl IntoView {
    let link = Route::Run { job, run: run.url_id() }.to_string();
    let (log, lines) = (&pair.logs[index], &pair.unique_lines[index]);
    let items = lines
        .iter()
        .take(MAX_LINES)
        .filter_map(|unique| Some(unique_line(&link, *unique, &log.get(unique.line)?)))
        .collect_view();
    let hidden = lines.len().saturating_sub(MAX_LINES);
    view! {
        <section>
            <h2>{format!("{title}: {}", tn!("{n} line", "{n} lines", lines.len()))}</h2>
            <ul class="unique-lines">{items}</ul>
            <p class="muted">
                {(hidden > 0).then(|| tf!("and {count} more", count = text::count(hidden)))}
            </p>
        </section>
    }
}

fn unique_line(link: &str, unique: UniqueLine, line: &LineView<'_>) -> impl IntoView + use<> {
    let number = unique.line + 1;
    let text = format::one_line(line.message, 300);
    let count = (unique.count > 1).then(|| tf!(" ({count} times)", count = text::count(unique.count)));
    view! {
        <li>
            <a href=format!("{link}?line={number}")>{format!("{number} {}", state_names::severity(line.severity))}</a>
            " "
            <bdi class:bad-text=line.level == Level::Error>{text}</bdi>
            <span class="muted">{count}</span>
        </li>
    }
}
