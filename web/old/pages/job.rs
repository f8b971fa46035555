//! The screen of one job: status, runs and durations.

use std::{rc::Rc, sync::atomic::Ordering};

use txjobs_sdk::{Error, JobStatusCode, types::JobId};

use super::{
    compare_runs::{comparison, runs_in_address, sync_address},
    runs_table::runs_table,
};
use crate::{
    api,
    components::{duration_chart, error_note, icon, reconnect_button, status_badge},
    dom::{El, IntoView, View, button, el},
    model::history::History,
    profiles::session::Session,
    reactive::{Memo, RwSignal, effect, screen_alive},
    state::{JobAction, PendingConfirmation, app},
    tasks::follow_run,
    utils::browser,
};

/// Renders the screen of a job.
pub fn job_page(session: Rc<Session>, job: JobId) -> El {
    let app = app();
    let name = Memo::new(move || app.job_name(job).unwrap_or_else(|| job.to_string()));
    let status = Memo::new(move || app.job_status(job));
    let history = RwSignal::new(None::<History>);
    let error = RwSignal::new(None::<Error>);
    let alive = screen_alive();
    let selected = RwSignal::new(runs_in_address());
    sync_address(job, selected);
    effect(move || browser::set_title(&format!("{} · txjobs", name.get())));
    let history_session = session.clone();
    // Load again when the status of the job changes and on refresh.
    effect(move || {
        status.track();
        app.jobs.refresh.track();
        let (session, alive) = (history_session.clone(), alive.clone());
        browser::spawn(async move {
            let extensions = app.extensions.get_untracked();
            let response = api::executions(&session, &follow_run::history_request(job, extensions)).await;
            if !alive.load(Ordering::Relaxed) {
                return;
            }
            match response {
                Ok(response) => {
                    error.set(None);
                    app.extensions.set(response.extensions);
                    let new = History::from_logs(&response.value, browser::uptime_millis());
                    // Unchanged runs are not rendered again.
                    let is_same = |old: &History| old.runs == new.runs;
                    if !history.with_untracked(|old| old.as_ref().is_some_and(is_same)) {
                        history.set(Some(new));
                    }
                }
                Err(new) => error.set(Some(new)),
            }
        });
    });
    let action = Memo::new(move || {
        let is_active = status.get().is_some_and(JobStatusCode::is_active);
        if is_active && app.extensions.get().cancel { JobAction::Cancel } else { JobAction::Run }
    });
    let confirm = move |action| app.pending_confirmation.set(Some(PendingConfirmation { action, job }));
    let action_button = move || match action.get() {
        JobAction::Run => {
            button("button primary", move || confirm(JobAction::Run)).child(icon("play")).child("Run")
        }
        JobAction::Cancel => button("button danger", move || confirm(JobAction::Cancel))
            .child(icon("stop"))
            .child("Cancel run"),
    };
    let breadcrumbs = el("nav")
        .class("crumbs")
        .attr("aria-label", "Breadcrumbs")
        .child(el("a").attr("href", "#/").child("Jobs"))
        .child(icon("right"))
        .child(el("span").attr("aria-current", "page").child("job"));
    let header = el("div")
        .class("bar page-header")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child(el("bdi").child(name)))
        .child(move || status_badge(status.get()))
        .child(el("span").class("spacer"))
        .child(action_button);
    let note = move || {
        let error = error.get()?;
        let is_outdated = history.with_untracked(Option::is_some);
        let context = if is_outdated { "This data is outdated." } else { "The runs could not be loaded." };
        let retry = button("button", move || app.refresh()).child("Retry");
        Some(error_note(&error, context, (retry, reconnect_button(error.kind))))
    };
    let runs = move || {
        history.with(|history| match history {
            None if error.with(Option::is_some) => View::default(),
            None => el("p").class("muted").attr("role", "status").child("Loading the runs…").into_view(),
            Some(history) if history.runs.is_empty() => no_runs(move || confirm(JobAction::Run)).into_view(),
            Some(history) => (duration_chart(job, history), runs_table(job, history, selected)).into_view(),
        })
    };
    let comparison = comparison(session, job, history, selected);
    el("main").child(breadcrumbs).child(header).child(note).child(comparison).child(runs)
}

fn no_runs(run: impl FnMut() + 'static) -> El {
    let run = button("button primary", run).child(icon("play")).child("Run now");
    el("div")
        .class("empty")
        .child(icon("play"))
        .child(el("h2").child("No runs yet"))
        .child(el("p").child("The runs of this job appear here with their outcome, duration and log."))
        .child(el("div").class("bar").child(run))
}
