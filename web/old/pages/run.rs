//! The screen of one run: progress, outcome and log.

use std::rc::Rc;

use txjobs_sdk::types::{JobId, TriggerId};

use super::{run_header::run_header, run_link::sync_address};
use crate::{
    api,
    components::{
        LogViewState, error_note, icon, log_detail, log_print, log_toolbar, log_view, reconnect_button,
    },
    dom::{El, IntoView, View, button, el, show},
    log::Log,
    model::{format, history::History},
    profiles::session::Session,
    reactive::{Memo, RwSignal, effect, screen_alive},
    state::{App, app},
    tasks::{
        follow_run,
        run_view::{RunView, SharedKnownLines, Stage},
    },
    utils::browser,
};

/// Renders the screen of a run and follows the run until it ends.
pub fn run_page(session: Rc<Session>, job: JobId, run: TriggerId) -> El {
    let app = app();
    let view = RunView::default();
    let view_state = LogViewState::new(true);
    let attempt = RwSignal::new(0u32);
    let history_session = session.clone();
    let (alive, known_lines) = (screen_alive(), SharedKnownLines::default());
    effect(move || {
        attempt.track();
        browser::spawn(follow_run::follow_run(
            app,
            session.clone(),
            job,
            run,
            view,
            known_lines.clone(),
            alive.clone(),
        ));
    });
    sync_address(job, run, view, view_state);
    load_history(app, history_session, job);
    effect(move || {
        let name = app.job_name(job).unwrap_or_else(|| job.to_string());
        let state = view.execution.with(|e| e.as_ref().map(|e| e.state.to_string()));
        browser::set_title(&format!("{name}: {} · txjobs", state.unwrap_or_else(|| "run".to_owned())));
    });
    let retry = move || {
        view.stage.set(Stage::Loading);
        attempt.update(|count| *count += 1);
    };
    let note = move || {
        let error = view.error.get()?;
        let has_stopped = view.stage.get() == Stage::Stopped;
        let context = match has_stopped {
            true => "The console no longer follows this run.",
            false => "This data may be outdated. The console retries automatically.",
        };
        let retry_button = has_stopped.then(|| button("button", retry).child("Retry"));
        Some(error_note(&error, context, (retry_button, reconnect_button(error.kind))))
    };
    el("main")
        .class("run-page")
        .child(run_header(job, run, view))
        .child(note)
        .child(loading(view, retry))
        .child(log_toolbar(view.log, view_state))
        .child(log_view(view.log, view_state, "Log lines", move || empty_text(view)))
        .child(log_detail(view.log, view_state))
        .child(log_print(view.log, view_state))
}

/// Loads the history of the job for its usual duration, if the server can leave out log lines.
fn load_history(app: App, session: Rc<Session>, job: JobId) {
    let mut has_started = false;
    effect(move || {
        let extensions = app.extensions.get();
        if !extensions.logs || std::mem::replace(&mut has_started, true) {
            return;
        }
        let session = session.clone();
        browser::spawn(async move {
            let response = api::executions(&session, &follow_run::history_request(job, extensions)).await;
            if let (Ok(response), Some(_)) = (response, app.session_if_current(session.number)) {
                // This history has more runs than the one of the job list.
                let mut history =
                    History::from_executions(&response.value.executions, browser::uptime_millis());
                app.jobs.histories.update(|all| {
                    history.counts = all.get(&job).and_then(|before| before.counts);
                    all.insert(job, history);
                });
            }
        });
    });
}

/// Renders the loading progress of a long log, with buttons to stop and continue.
fn loading(view: RunView, resume: impl FnMut() + Copy + 'static) -> View {
    let megabytes = Memo::new(move || view.received_bytes.get() >> 20);
    let text = move || format!("Loading the log: {} MB so far", format::count(megabytes.get()));
    let stop =
        move || button("button", move || view.stop_requested.set(true)).child(icon("stop")).child("Stop");
    let bar = move || {
        let text = el("span").class("muted").child(text);
        el("div").class("bar loading").child(icon("refresh")).child(text).child(stop())
    };
    let stopped = move || {
        let lines = view.log.with(Log::len);
        let text = format!("Loading stopped: {} loaded.", format::plural(lines, "line"));
        let resume = button("button", resume).child("Load the rest");
        el("div")
            .class("bar")
            .attr("role", "status")
            .child(el("span").class("muted").child(text))
            .child(resume)
    };
    (show(move || megabytes.get() > 0, bar), show(move || view.stage.get() == Stage::LoadStopped, stopped))
        .into_view()
}

fn empty_text(view: RunView) -> &'static str {
    match view.stage.get() {
        _ if view.log.with(|log| log.is_filtered() && !log.is_empty()) => "No lines with these severities.",
        Stage::Loading => "Loading…",
        Stage::Pending => "The job is pending. Lines appear when the application starts it.",
        Stage::NotFound => {
            "The server has no run with this id. It may have been removed, or belong to another job."
        }
        Stage::Running => "No lines yet.",
        Stage::Ended => "This run wrote no lines.",
        Stage::Stopped | Stage::LoadStopped => "No lines were loaded.",
    }
}
