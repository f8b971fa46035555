//! What failed or has warnings since the last visit.

use leptos::prelude::*;

use crate::{
    components::{For, Icon, Show, Time, outcome_shape},
    model::{
        overview::{JobRun, unseen_problems},
        route::Route,
        state_names,
    },
    state::{Clock, Jobs, LastVisit},
    text::{t, tn},
};

/// Maximum number of listed runs. The list of runs has all of them.
const MAX_LISTED: usize = 6;

/// Renders the runs that ended with errors or warnings since the last visit. Each leads to its first error. Renders
/// nothing without such a run, and at the first visit.
#[component]
pub fn SinceLastVisit() -> impl IntoView {
    let (jobs, visit, clock) =
        (expect_context::<Jobs>(), expect_context::<LastVisit>(), expect_context::<Clock>());
    let found = Memo::new(move |_| match visit.seen_until() {
        Some(seen_until) => jobs.histories.with(|histories| unseen_problems(histories, seen_until)),
        None => Vec::new(),
    });
    let count = Memo::new(move |_| found.with(Vec::len));
    let listed = move || found.with(|found| found.iter().take(MAX_LISTED).copied().collect::<Vec<_>>());
    let since = move || {
        let seen_until = txjobs_sdk::Timestamp::from_unix_millis(visit.seen_until().unwrap_or_default());
        clock.format(seen_until)
    };
    view! {
        <Show when=move || { count.get() > 0 }>
            <section class="panel since-last-visit" aria-labelledby="since-last-visit">
                <div class="bar">
                    <h2 id="since-last-visit">
                        {move || {
                            tn!(
                                "{n} problem since your last visit",
                                "{n} problems since your last visit",
                                count.get()
                            )
                        }}
                    </h2>
                    <span class="muted">{move || since()}</span>
                    <span class="spacer"></span>
                    <Show when=move || { count.get() > MAX_LISTED }>
                        <a class="button" href="#/runs">
                            {t("Show all runs")}
                        </a>
                    </Show>
                    <button type="button" class="button" on:click=move |_| visit.mark_all_seen()>
                        {t("Mark as seen")}
                    </button>
                </div>
                <ul>
                    <For
                        each=listed
                        key=|found| (found.job, found.run.execution, found.run.state.number())
                        let:found
                    >
                        <Problem found />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Problem(found: JobRun) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let JobRun { job, run } = found;
    let shape = outcome_shape(run.state);
    let name = move || jobs.name(job).unwrap_or_else(|| job.to_string());
    view! {
        <li>
            <a href=Route::Run { job, run: run.url_id() }.to_string()>
                <span class=format!("{}-text", shape.color)>
                    <Icon name=shape.icon />
                </span>
                <bdi>{move || name()}</bdi>
                <span class=format!("{}-text", shape.color)>{state_names::execution_state(run.state)}</span>
                <span class="muted">
                    <Time at=run.created />
                </span>
            </a>
        </li>
    }
}
