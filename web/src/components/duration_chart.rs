//! The durations of a job's runs as bars, coloured by outcome, a shape under those that did not end well.

use std::time::Duration;

use leptos::prelude::*;
use txjobs_sdk::{Timestamp, types::JobId};

use super::{icon, outcome_shape};
use crate::{
    format,
    history::{History, RunSummary},
    route::Route,
    state::app,
};

/// At most this many runs, the newest.
const BARS: usize = 50;

/// The chart; nothing with fewer than two runs to compare.
#[component]
pub fn DurationChart(job: JobId, history: History) -> impl IntoView {
    let now = Timestamp::from_unix_millis(app().now.get_untracked());
    let timed = history.runs.iter().filter_map(|run| Some((run, run.took(now)?)));
    let mut runs: Vec<_> = timed.take(BARS).collect();
    runs.reverse();
    let longest = runs.iter().map(|(_, took)| *took).max().unwrap_or_default();
    if runs.len() < 2 || longest.is_zero() {
        return ().into_any();
    }
    let usual = history.usual().map(|(took, runs)| {
        format!("usually {} (the middle of {runs} that ended well)", format::duration(took))
    });
    let bars = runs.iter().map(|(run, took)| bar(job, run, *took, longest)).collect_view();
    view! {
        <figure class="chart">
            <figcaption class="quiet">
                <span>{format!("How long the last {} took", format::plural(runs.len(), "run"))}</span>
                <span>{usual}</span>
                <span>{format!("longest {}", format::duration(longest))}</span>
            </figcaption>
            <ol class="bars" aria-label="Durations of the last runs, the newest last">{bars}</ol>
        </figure>
    }
    .into_any()
}

fn bar(job: JobId, run: &RunSummary, took: Duration, longest: Duration) -> AnyView {
    let app = app();
    let link = Route::Run { job, run: run.link_id() }.to_string();
    let shape = outcome_shape(run.state);
    let height = format!("{}%", took.as_millis() * 100 / longest.as_millis().max(1));
    let words = format!("{}, took {}", run.state, format::duration(took));
    let created = run.created;
    let title = move || match created {
        Some(at) => format!("{words}, {}", app.when(at)),
        None => words.clone(),
    };
    view! {
        <li class=shape.colour>
            <a href=link title=title.clone() aria-label=title><i style:height=height></i></a>
            <span>{icon(shape.icon)}</span>
        </li>
    }
    .into_any()
}
