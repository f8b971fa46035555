use leptos::prelude::*;
use txjobs_sdk::types::JobId;
use web_sys::SubmitEvent;

use super::{
    results::{JobStart, StartResult, reason, summary},
    start_jobs::BulkRun,
};
use crate::{
    components::{Icon, PauseNote, dialogs::production_warning::ProductionWarning},
    model::route::Route,
    profiles::profile::Profile,
    state::{Connection, Jobs, Notices, Ui},
    text::{t, tf, tn},
};

/// Renders the question, and the results after the confirmation. The buttons keep their places, so that the second click
/// of a double click does not hit another button.
#[component]
pub(super) fn BulkRunForm(jobs: Vec<JobId>, start: Action<BulkRun, ()>) -> impl IntoView {
    let (stores, notices) = (expect_context::<Jobs>(), expect_context::<Notices>());
    let pending = expect_context::<Ui>().pending_bulk_run;
    let server = expect_context::<Connection>().profile.with_untracked(Profile::title);
    let job_count = jobs.len();
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
            tf!(
                "{summary} Closing this dialog does not stop the others.",
                summary = starts.with(|all| summary(all))
            )
        }
        true => starts.with(|all| summary(all)),
        false => t("The server rejects jobs that are already running.").to_owned(),
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
                {tn!("Run {n} job on ", "Run {n} jobs on ", job_count)} <bdi>{server}</bdi> "?"
            </h2>
            <ProductionWarning />
            <p class="muted">{move || status()}</p>
            <PauseNote is_waiting=Signal::derive(move || is_confirmed.get() && !is_complete()) />
            <ul class="bulk-results" aria-live="polite">
                {starts.get_untracked().into_iter().map(row).collect_view()}
            </ul>
            <div class="bar">
                <button type="button" class="button" autofocus on:click=move |_| pending.set(Vec::new())>
                    {move || if is_confirmed.get() { t("Close") } else { t("Cancel") }}
                </button>
                <button
                    type="submit"
                    class="button primary"
                    aria-disabled=move || is_confirmed.get().then_some("true")
                >
                    <Icon name="play" />
                    {tn!("Run {n} job", "Run {n} jobs", job_count)}
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
        Some(StartResult::Sending) => t("sending…").into_any(),
        Some(StartResult::Started(run)) => {
            let link = Route::Run { job, run }.to_string();
            let started = mark("ok-text", "check", t("started · ").to_owned());
            view! { {started} <a class="link" href=link>{t("open run")}</a> }.into_any()
        }
        Some(StartResult::Failed(error)) => mark("bad-text", "cross", reason(&error)).into_any(),
        Some(StartResult::NotSent) => mark("idle-text", "ring", t("not sent").to_owned()).into_any(),
    };
    view! {
        <li>
            <bdi>{name}</bdi>
            <div class="muted">{move || outcome()}</div>
        </li>
    }
}
