//! The dialog that runs several jobs after a confirmation and shows the result of each. The POSTs are sent one after the
//! other, each once.

use std::rc::Rc;

use txjobs_sdk::{
    ErrorKind,
    types::{JobId, TriggerId},
};
use web_sys::{Event, HtmlDialogElement};

use super::{icon::icon, production_warning::production_warning};
use crate::{
    api,
    dom::{El, IntoView, View, button, el, show},
    model::{format, route::Route},
    profiles::{profile::Profile, session::Session},
    reactive::{RwSignal, effect},
    state::{App, app},
    tasks::poll,
    utils::browser,
};

/// Result of starting one job.
#[derive(Clone, Debug, PartialEq)]
enum StartResult {
    Waiting,
    Sending,
    Started(TriggerId),
    Failed(String),
    NotSent,
}

/// Renders the dialog. It is open while `app.pending_bulk_run` holds jobs.
pub fn bulk_run_dialog() -> El {
    let app = app();
    let results = RwSignal::new(Vec::<StartResult>::new());
    let close = move |_: Event| app.pending_bulk_run.set(Vec::new());
    let content = move || {
        let jobs = app.pending_bulk_run.with(Vec::len);
        (jobs > 0).then(|| form(app, jobs, results))
    };
    let element = el("dialog").attr("aria-labelledby", "bulk-run-title").on("close", close).child(content);
    let dialog: HtmlDialogElement = element.get();
    effect(move || {
        let jobs = app.pending_bulk_run.with(Vec::len);
        if jobs > 0 {
            results.set(vec![StartResult::Waiting; jobs]);
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
    });
    element
}

/// Removes a started job from the selection.
fn deselect(app: App, job: JobId) {
    if let Route::Jobs(options) = app.route.get_untracked()
        && options.selected.contains(&job)
    {
        let route = Route::Jobs(options.with_selection_toggled(job));
        browser::replace_address(&route.to_string());
        app.route.set(route);
    }
}

fn form(app: App, jobs: usize, results: RwSignal<Vec<StartResult>>) -> El {
    let is_waiting = move || results.with(|all| all.iter().all(|result| *result == StartResult::Waiting));
    let submit = move |event: Event| {
        event.prevent_default();
        let Some(session) = app.session.get_untracked() else { return };
        // A double click sends one request.
        if results.with_untracked(|all| all.iter().all(|result| *result == StartResult::Waiting)) {
            set_result(results, 0, StartResult::Sending);
            browser::spawn(send(app, session, results));
        }
    };
    let job_count = format::plural(jobs, "job");
    let heading = format!("Run {job_count} on {}?", app.profile.with_untracked(Profile::title));
    let rows: Vec<_> = (0..jobs).map(|at| row(app, at, results)).collect();
    let cancel_label = move || if is_waiting() { "Cancel" } else { "Close" };
    let run_button = move || {
        el("button")
            .attr("type", "submit")
            .class("button primary")
            .child(icon("play"))
            .child(format!("Run {job_count}"))
    };
    let close = button("button", move || app.pending_bulk_run.set(Vec::new())).attr("autofocus", true);
    el("form")
        .on("submit", submit)
        .child(el("h2").attr("id", "bulk-run-title").child(el("bdi").child(heading)))
        .child(production_warning(app))
        .child(el("p").class("muted").child("The server rejects jobs that are already running."))
        .child(el("ul").class("bulk-results").attr("aria-live", "polite").child(rows))
        .child(el("div").class("bar").child(close.child(cancel_label)).child(show(is_waiting, run_button)))
}

fn row(app: App, at: usize, results: RwSignal<Vec<StartResult>>) -> El {
    let job = app.pending_bulk_run.with_untracked(|jobs| jobs[at]);
    let name = app.job_name(job).unwrap_or_else(|| job.to_string());
    let outcome = move || -> View {
        let mark = |color: &'static str, shape: &'static str, text: String| {
            el("span").class(color).child(icon(shape)).child(" ").child(text).into_view()
        };
        match results.with(|all| all.get(at).cloned()) {
            None | Some(StartResult::Waiting) => View::default(),
            Some(StartResult::Sending) => "sending…".into_view(),
            Some(StartResult::Started(run)) => {
                let link = el("a").class("link").attr("href", Route::Run { job, run }.to_string());
                (mark("ok-text", "check", "started · ".to_owned()), link.child("open run")).into_view()
            }
            Some(StartResult::Failed(reason)) => mark("bad-text", "cross", reason),
            Some(StartResult::NotSent) => mark("idle-text", "ring", "not sent".to_owned()),
        }
    };
    el("li").child(el("bdi").child(name)).child(el("div").class("muted").child(outcome))
}

fn set_result(results: RwSignal<Vec<StartResult>>, at: usize, result: StartResult) {
    results.update(|all| {
        if let Some(one) = all.get_mut(at) {
            *one = result;
        }
    });
}

async fn send(app: App, session: Rc<Session>, results: RwSignal<Vec<StartResult>>) {
    let jobs = app.pending_bulk_run.get_untracked();
    let mut can_continue = true;
    for (at, &job) in jobs.iter().enumerate() {
        // Closing the dialog stops the remaining starts.
        if app.session_if_current(session.number).is_none()
            || app.pending_bulk_run.with_untracked(|now| *now != jobs)
        {
            return;
        }
        if !can_continue {
            set_result(results, at, StartResult::NotSent);
            continue;
        }
        set_result(results, at, StartResult::Sending);
        match api::execute(&session, job).await {
            Ok(response) => {
                let run = response.value.trigger_id;
                poll::mark_pending(app, job, run);
                set_result(results, at, StartResult::Started(run));
                deselect(app, job);
            }
            Err(error) => {
                // These errors concern one job; all others would occur again for the next job.
                can_continue = matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound);
                let message = error.message.as_deref().map(|text| format!(" “{text}”")).unwrap_or_default();
                set_result(
                    results,
                    at,
                    StartResult::Failed(format!("{}{message} {}", error.summary(), error.advice())),
                );
            }
        }
    }
}
