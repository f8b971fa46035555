//! The durations of a job's runs as bars, coloured by outcome; a shape above those that did not end well.

use leptos::prelude::*;
use txjobs_sdk::{Timestamp, types::JobId};

use super::{outcome_shape, icon};
use crate::{
    format,
    history::{History, RunSummary},
    route::Route,
    state::app,
};

/// At most this many runs, the newest.
const BARS: usize = 50;
const HEIGHT: f64 = 96.0;
/// The shortest bar that can still be seen and pressed.
const SHORTEST: f64 = 3.0;

/// The chart; nothing with fewer than two runs to compare.
#[component]
pub fn DurationChart(job: JobId, history: History) -> impl IntoView {
    let app = app();
    let now = app.now.get_untracked();
    let now = Timestamp::from_unix_millis(now);
    let runs: Vec<_> = history
        .runs
        .iter()
        .filter_map(|run| Some((run.clone(), run.took(now)?)))
        .take(BARS)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    if runs.len() < 2 {
        return ().into_any();
    }
    let longest = runs.iter().map(|(_, took)| took.as_millis()).max().unwrap_or(1).max(1) as f64;
    let height = |millis: u128| (millis as f64 / longest * HEIGHT).max(SHORTEST);
    let usual = history.usual();
    let usual_line = usual.map(|(took, _)| HEIGHT - height(took.as_millis()));
    let count = runs.len() as f64;
    let bars = runs
        .iter()
        .enumerate()
        .map(|(at, (run, took))| {
            let link = Route::Run { job, run: run.link_id() }.to_string();
            let tall = height(took.as_millis());
            // In hundredths of the width: the chart is as wide as the page.
            let width = (100.0 / count).min(4.0);
            bar(run, link, format::duration(*took), at as f64 * width, width * 0.72, tall)
        })
        .collect_view();
    view! {
        <figure class="chart">
            <figcaption class="quiet">
                <span>{format!("How long the last {} took", format::plural(runs.len(), "run"))}</span>
                <span>{format!("longest {}", format::duration(std::time::Duration::from_millis(longest as u64)))}</span>
                {usual.map(|(took, runs)| view! {
                    <span>{format!("usually {} (middle of {runs} that ended well), dotted", format::duration(took))}</span>
                })}
            </figcaption>
            <svg viewBox="0 0 100 96" preserveAspectRatio="none" role="list" aria-label="Durations of the last runs">
                {usual_line.map(|y| view! { <line x1="0" x2="100" y1=y y2=y /> })}
                {bars}
            </svg>
            <div class="marks" aria-hidden="true">
                {runs.iter().enumerate().filter(|(_, (run, _))| run.has_findings()).map(|(at, (run, _))| {
                    let shape = outcome_shape(run.state);
                    let width = (100.0 / count).min(4.0);
                    let left = format!("{}%", ((at as f64 + 0.36) * width * 100.0) as i64 / 100);
                    view! { <span class=format!("mark {}-text", shape.colour) style:left=left>{icon(shape.icon)}</span> }
                }).collect_view()}
            </div>
        </figure>
    }
    .into_any()
}

fn bar(run: &RunSummary, link: String, took: String, x: f64, width: f64, tall: f64) -> impl IntoView + use<> {
    let app = app();
    let started = run.created.map(|at| app.zone().exact(at)).unwrap_or_default();
    let title = format!("{}, took {took}, {started}", run.state);
    view! {
        <a href=link role="listitem" aria-label=title>
            <title>{title.clone()}</title>
            <rect class=outcome_shape(run.state).colour x=x width=width y=HEIGHT - tall height=tall />
        </a>
    }
    .into_any()
}
