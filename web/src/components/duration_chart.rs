//! The durations of a job's runs as bars, colored by outcome, a shape under those that did not end well.

use std::time::Duration;

use txjobs_sdk::{Timestamp, types::JobId};

use super::{icon, outcome_shape};
use crate::{
    dom::{El, el},
    format,
    history::{History, RunSummary},
    reactive::Memo,
    route::Route,
    state::app,
};

/// At most this many runs, the newest.
const BARS: usize = 50;

/// The chart; nothing with fewer than two runs to compare.
pub fn duration_chart(job: JobId, history: &History) -> Option<El> {
    let now = Timestamp::from_unix_millis(app().now.get_untracked());
    let timed = history.runs.iter().filter_map(|run| Some((run, run.took(now)?)));
    let mut runs: Vec<_> = timed.take(BARS).collect();
    runs.reverse();
    let longest = runs.iter().map(|(_, took)| *took).max().unwrap_or_default();
    if runs.len() < 2 || longest.is_zero() {
        return None;
    }
    let usual = history.usual().map(|(took, runs)| {
        format!(
            "usually {}: the middle of the last {runs} that ended well; slow is over 1.5 times that, and a second more",
            format::duration(took)
        )
    });
    let caption = el("figcaption")
        .class("quiet")
        .child(el("span").child(format!("How long the last {} took", format::plural(runs.len(), "run"))))
        .child(el("span").child(usual))
        .child(el("span").child(format!("longest {}", format::duration(longest))));
    let bars: Vec<_> = runs.iter().map(|(run, took)| bar(job, run, *took, longest)).collect();
    let bars =
        el("ol").class("bars").attr("aria-label", "Durations of the last runs, the newest last").child(bars);
    Some(el("figure").class("chart").child(caption).child(bars))
}

fn bar(job: JobId, run: &RunSummary, took: Duration, longest: Duration) -> El {
    let app = app();
    let link = Route::Run { job, run: run.link_id() }.to_string();
    let shape = outcome_shape(run.state);
    // Of whole seconds and small numbers, because printing a wide one brings kilobytes along.
    let part = took.as_secs_f64() * 100.0 / longest.as_secs_f64().max(0.001);
    let height = format!("{}%", part as u32);
    let words = format!("{}, took {}", run.state, format::duration(took));
    let created = run.created;
    let title = Memo::new(move || match created {
        Some(at) => format!("{words}, {}", app.when(at)),
        None => words.clone(),
    });
    let link = el("a")
        .attr("href", link)
        .attr("title", title)
        .attr("aria-label", title)
        .child(el("i").style("height", height));
    el("li").class(shape.color).child(link).child(el("span").child(icon(shape.icon)))
}
