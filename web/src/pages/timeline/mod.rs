//! The timeline: a row for each job, a bar for each run, by time.

mod lane;
mod row;
mod toolbar;

use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_use_resize_observer::use_resize_observer;
use txjobs_sdk::types::JobId;

use self::{lane::Lane, row::Row, toolbar::TimelineToolbar};
use crate::{
    components::{AllHistories, For, HistoryProgress, Icon, JobsError, Show, WaitNote},
    model::{
        overview::{Tick, TimelineOptions, bars, ticks},
        route::Route,
    },
    state::{Clock, Jobs, Ui},
    text::t,
    utils::css::percent,
};

/// Number of runs that are loaded for each job.
const RUNS_PER_JOB: i32 = 100;

/// Width of the longest label of the scale in pixels.
const LABEL_WIDTH: f64 = 84.0;

/// Renders the timeline.
#[component]
pub fn TimelinePage() -> impl IntoView {
    let (ui, jobs, clock) = (expect_context::<Ui>(), expect_context::<Jobs>(), expect_context::<Clock>());
    let options = Memo::new(move |_| match ui.route.get() {
        Route::Timeline(options) => options,
        _ => TimelineOptions::default(),
    });
    let name = Memo::new(move |_| options.with(|options| options.name.clone()));
    let histories = AllHistories::request(jobs, name, RUNS_PER_JOB);
    let window = Memo::new(move |_| options.with(|options| options.window(clock.now.get())));
    // The jobs with runs in the shown time, in the order of the list.
    let rows = Memo::new(move |_| {
        let (window, now) = (window.get(), clock.now.get());
        jobs.histories.with(|known| {
            let row = |job: &JobId| Some((*job, bars(&known.get(job)?.runs, window, now)));
            let found = histories.jobs.with(|all| all.iter().filter_map(row).collect::<Vec<Row>>());
            found.into_iter().filter(|(_, bars)| !bars.is_empty()).collect::<Vec<_>>()
        })
    });
    let row_jobs = Memo::new(move |_| rows.with(|rows| rows.iter().map(|(job, _)| *job).collect::<Vec<_>>()));
    let now_position = move || window.get().position(clock.now.get());
    let scale = NodeRef::<html::Ol>::new();
    let lane_width = observe_width(scale);
    let lines = move || {
        let ticks = ticks(window.get(), options.with(|options| options.span), clock.zone());
        let label_width = LABEL_WIDTH / lane_width.get().max(LABEL_WIDTH);
        let mut free_from = 0.0;
        let line = |tick: Tick| {
            let has_label = tick.position >= free_from && tick.position + label_width <= 1.0;
            if has_label {
                free_from = tick.position + label_width;
            }
            view! {
                <li class:midnight=tick.is_midnight style:left=percent(tick.position)>
                    {has_label.then_some(tick.label)}
                </li>
            }
        };
        ticks.into_iter().map(line).collect_view()
    };
    view! {
        <Title text=format!("{} · txjobs", t("Timeline")) />
        <main class="timeline-page">
            <div class="bar page-header">
                <h1 id="title" tabindex="-1">{t("Timeline")}</h1>
                <span class="spacer"></span>
                <HistoryProgress histories />
            </div>
            <TimelineToolbar options />
            <JobsError />
            <WaitNote />
            <Show when=move || !row_jobs.with(Vec::is_empty) fallback=move || view! { <NoRuns histories options /> }>
                <div class="timeline">
                    <ol class="timeline-scale" aria-hidden="true" node_ref=scale>
                        {move || lines()}
                        <Show when=move || (0.0..=1.0).contains(&now_position())>
                            <li class="now" style:left=move || percent(now_position())></li>
                        </Show>
                    </ol>
                    <table aria-label=t("Runs by job and time")>
                        <thead class="visually-hidden">
                            <tr>
                                <th scope="col">{t("Job")}</th>
                                <th scope="col">{t("Runs, the oldest first")}</th>
                            </tr>
                        </thead>
                        <tbody on:keydown=lane::move_focus>
                            <For each=move || row_jobs.get() key=|job| *job let:job>
                                <Lane job rows lane_width options />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </main>
    }
}

/// Renders what the timeline shows without runs.
#[component]
fn NoRuns(histories: AllHistories, options: Memo<TimelineOptions>) -> impl IntoView {
    let is_loading = move || !histories.is_complete();
    let is_filtered = move || options.with(|options| !options.name.is_empty());
    view! {
        <Show
            when=move || !is_loading()
            fallback=|| view! { <p class="muted" role="status">{t("Loading the runs…")}</p> }
        >
            <div class="empty">
                <Icon name="clock" />
                <h2>{t("No runs in this time")}</h2>
                <p>
                    {move || match is_filtered() {
                        true => t("No job with this name ran in the shown time."),
                        false => t("No loaded run lies in the shown time. Show a longer time, or go back."),
                    }}
                </p>
                <div class="bar">
                    <a class="button primary" href="#/timeline?span=7d">{t("Show the last 7 days")}</a>
                </div>
            </div>
        </Show>
    }
}

/// Returns the width of the scale in pixels, which is the width of the lanes.
fn observe_width(scale: NodeRef<html::Ol>) -> Memo<f64> {
    let width = RwSignal::new(0.0);
    use_resize_observer(scale, move |entries, _| {
        if let Some(entry) = entries.first() {
            width.set(entry.content_rect().width());
        }
    });
    Memo::new(move |_| width.get())
}
