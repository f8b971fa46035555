//! Bar chart of run durations, colored by outcome. Unsuccessful runs have an icon below the bar.

use std::time::Duration;

use txjobs_sdk::{Timestamp, types::JobId};

use super::{badge::outcome_shape, icon::icon};
use crate::{
    dom::{El, el},
    model::{
        format,
        history::{History, RunSummary},
        route::Route,
    },
    reactive::Memo,
    state::app,
};

/// Maximum number of runs in the chart.
const MAX_BARS: usize = 50;

/// Renders the chart of the newest runs. Returns `None` for fewer than two runs with a duration.
pub fn duration_chart(job: JobId, history: &History) -> Option<El> {
    let now = Timestamp::from_unix_millis(app().now.get_untracked());
    let timed = history.runs.iter().filter_map(|run| Some((run, run.duration(now)?)));
    let mut runs: Vec<_> = timed.take(MAX_BARS).collect();
    runs.reverse();
    let longest = runs.iter().map(|(_, duration)| *duration).max().unwrap_or_default();
    if runs.len() < 2 || longest.is_zero() {
        return None;
    }
    let usual = history.usual_duration().map(|(duration, runs)| {
        format!(
            "Usual duration {}: median of the last {runs} successful runs. A run is slow if it takes over 1.5 times as long and at least a second longer.",
            format::duration(duration)
        )
    });
    let caption = el("figcaption")
        .class("muted")
        .child(el("span").child(format!("Durations of the last {}", format::plural(runs.len(), "run"))))
        .child(el("span").child(usual))
        .child(el("span").child(format!("Longest {}", format::duration(longest))));
    let bars: Vec<_> = runs.iter().map(|(run, duration)| bar(job, run, *duration, longest)).collect();
    let bars =
        el("ol").class("bars").attr("aria-label", "Durations of the last runs, the newest last").child(bars);
    Some(el("figure").class("chart").child(caption).child(bars))
}

fn bar(job: JobId, run: &RunSummary, duration: Duration, longest: Duration) -> El {
    let app = app();
    let link = Route::Run { job, run: run.url_id() }.to_string();
    let shape = outcome_shape(run.state);
    // Whole numbers only, because formatting floats adds kilobytes to the program.
    let part = duration.as_secs_f64() * 100.0 / longest.as_secs_f64().max(0.001);
    let height = format!("{}%", part as u32);
    let text = format!("{}, duration {}", run.state, format::duration(duration));
    let created = run.created;
    let title = Memo::new(move || match created {
        Some(at) => format!("{text}, {}", app.format_time(at)),
        None => text.clone(),
    });
    let link = el("a")
        .attr("href", link)
        .attr("title", title)
        .attr("aria-label", title)
        .child(el("i").style("height", height));
    el("li").class(shape.color).child(link).child(el("span").child(icon(shape.icon)))
}
