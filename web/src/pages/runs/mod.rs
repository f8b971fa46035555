//! The newest runs of all jobs.

mod filters;

use leptos::prelude::*;
use leptos_meta::Title;
use txjobs_sdk::types::JobId;

use self::filters::RunFilters;
use crate::{
    components::{AllHistories, For, HistoryProgress, Icon, JobsError, Show, StateBadge, Time, WaitNote},
    model::{
        format,
        overview::{JobRun, RunListOptions, newest_runs},
        route::Route,
    },
    state::{Clock, Jobs, Ui},
    text,
    text::t,
};

/// Number of runs that are loaded for each job.
const RUNS_PER_JOB: i32 = 50;
/// Number of rows that are shown at first, and that each press on "Show more" adds.
const ROWS: usize = 200;

/// Renders the list of runs.
#[component]
pub fn RunsPage() -> impl IntoView {
    let (ui, jobs, clock) = (expect_context::<Ui>(), expect_context::<Jobs>(), expect_context::<Clock>());
    let options = Memo::new(move |_| match ui.route.get() {
        Route::Runs(options) => options,
        _ => RunListOptions::default(),
    });
    let name = Memo::new(move |_| options.with(|options| options.name.clone()));
    let histories = AllHistories::request(jobs, name, RUNS_PER_JOB);
    // The time filter changes by the minute; a list that moved every second could not be read.
    let minute = Memo::new(move |_| clock.now.get() / 60_000 * 60_000);
    let found = Memo::new(move |_| {
        jobs.histories.with(|known| {
            histories
                .jobs
                .with(|jobs| options.with(|options| newest_runs(jobs, known, options, minute.get())))
        })
    });
    let counts = Memo::new(move |_| found.with(|(_, counts)| counts.clone()));
    let limit = RwSignal::new(ROWS);
    let shown = move || found.with(|(runs, _)| runs.iter().take(limit.get()).copied().collect::<Vec<_>>());
    let count = Memo::new(move |_| found.with(|(runs, _)| runs.len()));
    view! {
        <Title text=format!("{} · txjobs", t("Runs")) />
        <main>
            <div class="bar page-header">
                <h1 id="title" tabindex="-1">{t("Runs")}</h1>
                <span class="muted" role="status">{move || text::count(count.get())}</span>
                <span class="spacer"></span>
                <HistoryProgress histories />
            </div>
            <RunFilters options counts />
            <JobsError />
            <WaitNote />
            <Show
                when=move || { count.get() > 0 }
                fallback=move || view! { <NoRuns histories options /> }
            >
                <table class="table runs" aria-label=t("Runs")>
                    <thead>
                        <tr>
                            <th scope="col" class="c-state">{t("State")}</th>
                            <th scope="col">{t("Job")}</th>
                            <th scope="col" class="c-started hide-on-phone">{t("Started")}</th>
                            <th scope="col" class="c-duration number hide-on-phone">{t("Took")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=shown
                            key=|found| (found.job, found.run.execution, found.run.state.number())
                            let:found
                        >
                            <RunRow found />
                        </For>
                    </tbody>
                </table>
                <Show when=move || { count.get() > limit.get() }>
                    <div class="bar">
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| limit.update(|limit| *limit += ROWS)
                        >
                            {t("Show more")}
                        </button>
                    </div>
                </Show>
            </Show>
        </main>
    }
}

#[component]
fn RunRow(found: JobRun) -> impl IntoView {
    let (jobs, clock) = (expect_context::<Jobs>(), expect_context::<Clock>());
    let is_narrow = expect_context::<Ui>().is_narrow.get();
    let JobRun { job, run } = found;
    let name = move || job_name(jobs, job);
    let took = move || match (run.duration(clock.timestamp()), run.state.is_final()) {
        (Some(took), true) => format::duration(took),
        (Some(took), false) => format!("{}…", format::duration(took)),
        (None, _) => "–".to_owned(),
    };
    view! {
        <tr>
            <td>
                <a class="plain" href=Route::Run { job, run: run.url_id() }.to_string()>
                    <StateBadge state=run.state />
                </a>
            </td>
            <td class="name">
                <a href=Route::Job(job).to_string()>
                    <bdi>{move || name()}</bdi>
                </a>
                {is_narrow
                    .then(|| {
                        view! {
                            <span class="secondary-line">
                                <Time at=run.created /> " · " {move || took()}
                            </span>
                        }
                    })}
            </td>
            <td class="hide-on-phone">
                <Time at=run.created />
            </td>
            <td class="number hide-on-phone">{move || took()}</td>
        </tr>
    }
}

/// Renders what the list shows without runs.
#[component]
fn NoRuns(histories: AllHistories, options: Memo<RunListOptions>) -> impl IntoView {
    let loading = || view! { <p class="muted" role="status">{t("Loading the runs…")}</p> };
    view! {
        <Show when=move || histories.is_complete() fallback=loading>
            <div class="empty">
                <Icon name="play" />
                <h2>
                    {move || match options.with(RunListOptions::is_filtered) {
                        true => t("No run matches"),
                        false => t("No runs yet"),
                    }}
                </h2>
                <p>{t("Runs of all jobs appear here with their outcome and duration, the newest first.")}</p>
                <div class="bar">
                    <a class="button primary" href="#/runs">{t("Show all runs")}</a>
                    <a class="button" href="#/">{t("Go to the jobs")}</a>
                </div>
            </div>
        </Show>
    }
}

fn job_name(jobs: Jobs, job: JobId) -> String {
    jobs.name(job).unwrap_or_else(|| job.to_string())
}
