use std::time::Duration;

use leptos::prelude::*;
use txjobs_sdk::{Timestamp, types::JobId};

use crate::{
    components::{Icon, outcome_shape},
    model::{
        format,
        history::{History, RunSummary},
        route::Route,
        state_names,
    },
    state::Clock,
    text::{t, tf, tn},
    utils::css::percent,
};

/// Maximum number of runs in the chart.
const MAX_BARS: usize = 50;

/// Renders a bar chart of the durations of the newest runs, colored by outcome. It is empty for fewer than two runs with
/// a duration.
#[component]
pub(super) fn DurationChart(job: JobId, #[prop(into)] history: Signal<History>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let content = move || {
        let now = Timestamp::from_unix_millis(clock.now.get_untracked());
        let usual = history.with(History::usual_duration).map(|(usual, runs)| usual_text(usual, runs));
        let runs = history.with(|history| timed_runs(history, now));
        let longest = runs.iter().map(|(_, duration)| *duration).max().unwrap_or_default();
        (runs.len() >= 2 && !longest.is_zero()).then(|| {
            view! {
                <figure class="chart">
                    <figcaption class="muted">
                        <span>
                            {tn!(
                                "Durations of the last {n} run",
                                "Durations of the last {n} runs",
                                runs.len()
                            )}
                        </span>
                        <span>{usual}</span>
                        <span>{tf!("Longest {duration}", duration = format::duration(longest))}</span>
                    </figcaption>
                    <ol class="bars" aria-label=t("Durations of the last runs, the newest last")>
                        {runs
                            .into_iter()
                            .map(|(run, duration)| view! { <Bar job run duration longest /> })
                            .collect_view()}
                    </ol>
                </figure>
            }
        })
    };
    view! { {move || content()} }
}

/// Returns the newest runs with a duration, oldest first.
fn timed_runs(history: &History, now: Timestamp) -> Vec<(RunSummary, Duration)> {
    let timed = history.runs.iter().filter_map(|run| Some((*run, run.duration(now)?)));
    let mut runs: Vec<_> = timed.take(MAX_BARS).collect();
    runs.reverse();
    runs
}

fn usual_text(usual: Duration, runs: usize) -> String {
    tf!(
        "Usually {duration} (median of the last {runs} successful runs). A run is slow if it takes over 1.5 \
         times as long and at least a second longer.",
        duration = format::duration(usual),
        runs = runs,
    )
}

/// Renders the bar of a run, which links to the run. An unsuccessful run has an icon below the bar.
#[component]
fn Bar(job: JobId, run: RunSummary, duration: Duration, longest: Duration) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let link = Route::Run { job, run: run.url_id() }.to_string();
    let shape = outcome_shape(run.state);
    let height = percent(duration.as_secs_f64() / longest.as_secs_f64().max(0.001));
    let text = tf!(
        "{state}, duration {duration}",
        state = state_names::execution_state(run.state),
        duration = format::duration(duration),
    );
    let title = Memo::new(move |_| match run.created {
        Some(at) => format!("{text}, {}", clock.format(at)),
        None => text.clone(),
    });
    view! {
        <li class=shape.color>
            <a href=link title=title aria-label=title>
                <i style:height=height></i>
            </a>
            <span>
                <Icon name=shape.icon />
            </span>
        </li>
    }
}
