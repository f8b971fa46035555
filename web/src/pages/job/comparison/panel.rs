use std::sync::Arc;

use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use super::{log_pair::LogPair, unique_lines::UniqueLines};
use crate::{
    api::Api,
    components::{ErrorNote, StateBadge, Time},
    log::Level,
    model::{format, history::RunSummary, route::Route},
    pages::job::selected_runs::SelectedRuns,
    text,
    text::t,
};

/// Renders the comparison of two runs, the older first. Loads both logs.
#[component]
pub(super) fn ComparisonPanel(job: JobId, runs: [RunSummary; 2], selected: SelectedRuns) -> impl IntoView {
    let api = expect_context::<Api>();
    let pair = LocalResource::new(move || async move { LogPair::load(api, job, runs).await.map(Arc::new) });
    let started = runs.map(|run| {
        let link = Route::Run { job, run: run.url_id() }.to_string();
        view! {
            <a class="link" href=link>
                <Time at=run.created />
            </a>
        }
        .into_any()
    });
    let states = runs.map(|run| view! { <StateBadge state=run.state /> }.into_any());
    let durations = runs.map(|run| {
        let duration = run.ended.zip(run.created).and_then(|(end, begin)| end.since(begin));
        duration.map_or_else(|| t("unknown").to_owned(), format::duration).into_any()
    });
    let lists = move || match pair.get()? {
        Ok(pair) => Some(view! { <UniqueLines job runs pair /> }.into_any()),
        Err(error) => {
            let context = t("The logs could not be compared.");
            Some(view! { <ErrorNote error context /> }.into_any())
        }
    };
    view! {
        <section class="panel comparison" aria-label=t("Comparison")>
            <div class="bar">
                <h2>{t("Comparison")}</h2>
                <span class="spacer"></span>
                <button type="button" class="button" on:click=move |_| selected.clear()>
                    {t("Close")}
                </button>
            </div>
            <table class="table comparison-table" aria-label=t("Comparison")>
                <tbody>
                    <Row name=t("Started") cells=started />
                    <Row name=t("State") cells=states />
                    <Row name=t("Duration") cells=durations />
                    {move || pair.get()?.ok().map(|pair| view! { <LineCounts pair /> })}
                </tbody>
            </table>
            <Suspense fallback=|| {
                view! {
                    <p class="muted" role="status">
                        {t("Loading both logs…")}
                    </p>
                }
            }>{move || lists()}</Suspense>
        </section>
    }
}

/// Renders the rows with the numbers of lines, warnings and errors.
#[component]
fn LineCounts(pair: Arc<LogPair>) -> impl IntoView {
    let cells = |count: &dyn Fn(usize) -> usize| [0, 1].map(|run| text::count(count(run)).into_any());
    let lines = cells(&|run| pair.logs[run].len());
    let warnings = cells(&|run| pair.logs[run].count(Level::Warning));
    let errors = cells(&|run| pair.logs[run].count(Level::Error));
    view! {
        <Row name=t("Lines") cells=lines />
        <Row name=t("Warnings") cells=warnings />
        <Row name=t("Errors") cells=errors />
    }
}

/// Renders a row of the table: what is compared, and its value for both runs.
#[component]
fn Row(name: &'static str, cells: [AnyView; 2]) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
        </tr>
    }
}
