use leptos::prelude::*;
use txjobs_sdk::types::JobId;
use web_sys::SubmitEvent;

use super::{
    results::{JobStart, StartResult, reason, summary},
    start_jobs::BulkRun,
};
use crate::{
    components::{Icon, dialogs::production_warning::ProductionWarning},
    model::{format, route::Route},
    profiles::profile::Profile,
    state::{Connection, Jobs, Notices, Ui},
};

/// Renders the question, and the results after the confirmation. The buttons keep their places, so that the second click
/// of a double click does not hit another button.
#[component]
pub(super) fn BulkRunForm(jobs: Vec<JobId>, start: Action<BulkRun, ()>) -> impl IntoView {
    let (stores, notices) = (expect_context::<Jobs>(), expect_context::<Notices>());
    let pending = expect_context::<Ui>().pending_bulk_run;
    let server = expect_context::<Connection>().profile.with_untracked(Profile::title);
    let job_count = format::plural(jobs.len(), "job");
    let waiting = jobs.into_iter().map(|job| JobStart {
        job,
        name: untrack(|| stores.name(job)).unwrap_or_else(|| job.to_string()),
        result: StartResult::Waiting,
    });
    let run = BulkRun::new(waiting.collect());
    let starts = RwSignal::from(run.starts.clone());
    let is_confirmed = RwSignal::new(false);
    let is_complete = move || starts.with(|all| all.iter().all(|start| start.result.is_final()));
    on_cleanup({
        let run = run.clone();
        move || {
            if is_confirmed.get_untracked() && !untrack(is_complete) {
                run.notice.set(Some(notices.next_id()));
                run.update_notice(notices);
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // A double click starts the jobs once.
        if !is_confirmed.get_untracked() {
            is_confirmed.set(true);
            start.dispatch_local(run.clone());
        }
    };
    let status = move || match is_confirmed.get() {
        true if !is_complete() => {
            format!("{} Closing this dialog does not stop the others.", starts.with(|all| summary(all)))
        }
        true => starts.with(|all| summary(all)),
        false => "The server rejects jobs that are already running.".to_owned(),
    };
    let row = move |start: JobStart| {
        let result = Signal::derive(move || {
            starts
                .with(|all| all.iter().find(|other| other.job == start.job).map(|other| other.result.clone()))
        });
        view! { <Row job=start.job name=start.name result /> }
    };
    view! {
        <form on:submit=submit>
            <h2 id="bulk-run-title">
                {format!("Run {job_count} on ")} <bdi>{server}</bdi> "?"
            </h2>
            <ProductionWarning />
            <p class="muted">{move || status()}</p>
            <ul class="bulk-results" aria-live="polite">
                {starts.get_untracked().into_iter().map(row).collect_view()}
            </ul>
            <div class="bar">
                <button type="button" class="button" autofocus on:click=move |_| pending.set(Vec::new())>
                    {move || if is_confirmed.get() { "Close" } else { "Cancel" }}
                </button>
                <button
                    type="submit"
                    class="button primary"
                    aria-disabled=move || is_confirmed.get().then_some("true")
                >
                    <Icon name="play" />
                    {format!("Run {job_count}")}
                </button>
            </div>
        </form>
    }
}

/// Renders a job with the result of its start.
#[component]
fn Row(job: JobId, name: String, result: Signal<Option<StartResult>>) -> impl IntoView {
    let mark = |color: &'static str, icon: &'static str, text: String| {
        view! { <span class=color><Icon name=icon /> " " {text}</span> }
    };
    let outcome = move || match result.get() {
        None | Some(StartResult::Waiting) => ().into_any(),
        Some(StartResult::Sending) => "sending…".into_any(),
        Some(StartResult::Started(run)) => {
            let link = Route::Run { job, run }.to_string();
            view! { {mark("ok-text", "check", "started · ".to_owned())} <a class="link" href=link>"open run"</a> }
                .into_any()
        }
        Some(StartResult::Failed(error)) => mark("bad-text", "cross", reason(&error)).into_any(),
        Some(StartResult::NotSent) => mark("idle-text", "ring", "not sent".to_owned()).into_any(),
    };
    view! {
        <li>
            <bdi>{name}</bdi>
            <div class="muted">{move || outcome()}</div>
        </li>
    }
}
