//! The dialog that asks for confirmation before a job is run or canceled. It sends the POST once and shows errors.

use leptos::prelude::untrack;
use std::rc::Rc;

use txjobs_sdk::{Error, ErrorKind};
use web_sys::{Event, HtmlDialogElement};

use super::{
    error_note::{error_note, reconnect_button},
    icon::icon,
    production_warning::production_warning,
};
use crate::{
    api,
    dom::{El, IntoView, View, button, el, show},
    model::route::Route,
    profiles::session::Session,
    reactive::{RwSignal, effect},
    state::{App, JobAction, PendingConfirmation, app},
    tasks::poll,
    utils::browser,
};

/// Progress of the action.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Confirming,
    Sending,
    Failed(Error),
}

/// Renders the dialog. It is open while `app.pending_confirmation` is set.
pub fn confirm_dialog() -> El {
    let app = app();
    let step = RwSignal::new(Step::Confirming);
    // Only another action creates another form; signals that the form reads must not replace its buttons.
    let form = move || app.pending_confirmation.get().map(|pending| untrack(|| form(app, pending, step)));
    let close = move |_: Event| app.pending_confirmation.set(None);
    let element = el("dialog").attr("aria-labelledby", "confirm-title").on("close", close).child(form);
    let dialog: HtmlDialogElement = element.get();
    effect(move || {
        if app.pending_confirmation.with(Option::is_some) {
            step.set(Step::Confirming);
            // This fails only if the dialog is already open.
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
    });
    element
}

fn form(app: App, pending: PendingConfirmation, step: RwSignal<Step>) -> El {
    let submit = move |event: Event| {
        event.prevent_default();
        let Some(session) = app.session.get_untracked() else { return };
        // A double click sends one request.
        if step.get_untracked() == Step::Confirming {
            step.set(Step::Sending);
            browser::spawn(send(app, session, pending, step));
        }
    };
    let failed = move || match step.get() {
        Step::Failed(error) => Some(failure(app, pending, &error)),
        _ => None,
    };
    el("form")
        .on("submit", submit)
        .child(el("h2").attr("id", "confirm-title").child(move || heading(app, pending)))
        .child(production_warning(app))
        .child(el("p").class("muted").child(explanation(pending.action)))
        .child(failed)
        .child(buttons(app, pending.action, step))
}

fn buttons(app: App, action: JobAction, step: RwSignal<Step>) -> El {
    let is_production = app.is_production();
    let (verb, shape, class) = match action {
        JobAction::Run => ("Run", "play", "button primary"),
        JobAction::Cancel => ("Cancel run", "stop", "button danger"),
    };
    let cancel_label = move || match (step.get(), action) {
        (Step::Failed(_), _) => "Close",
        (_, JobAction::Run) => "Cancel",
        (_, JobAction::Cancel) => "Keep running",
    };
    let submit = move || {
        el("button")
            .attr("type", "submit")
            .class(class)
            .attr("autofocus", !is_production)
            .attr("disabled", move || step.get() != Step::Confirming)
            .child(icon(shape))
            .child(move || if step.get() == Step::Sending { "Sending…" } else { verb })
    };
    el("div")
        .class("bar")
        .child(
            button("button", move || app.pending_confirmation.set(None))
                .attr("autofocus", is_production)
                .child(cancel_label),
        )
        .child(show(move || !matches!(step.get(), Step::Failed(_)), submit))
}

fn heading(app: App, pending: PendingConfirmation) -> View {
    let name = app.job_name(pending.job).unwrap_or_else(|| pending.job.to_string());
    let server = app.session.with_untracked(|s| s.as_ref().map(|s| s.profile.title())).unwrap_or_default();
    let prefix = match pending.action {
        JobAction::Run => "Run ",
        JobAction::Cancel => "Cancel the run of ",
    };
    (prefix, el("bdi").child(name), " on ", el("bdi").child(server), "?").into_view()
}

const fn explanation(action: JobAction) -> &'static str {
    match action {
        JobAction::Run => "The job is queued immediately, and the console opens its run.",
        JobAction::Cancel => "Work already done is not undone. The run ends with the state failed.",
    }
}

async fn send(app: App, session: Rc<Session>, pending: PendingConfirmation, step: RwSignal<Step>) {
    let result = match pending.action {
        JobAction::Run => {
            api::execute(&session, pending.job).await.map(|response| Some(response.value.trigger_id))
        }
        JobAction::Cancel => api::cancel(&session, pending.job).await.map(|_| None),
    };
    if app.session_if_current(session.number).is_none() {
        return;
    }
    match result {
        Ok(started) => {
            app.pending_confirmation.set(None);
            match started {
                Some(run) => {
                    poll::mark_pending(app, pending.job, run);
                    browser::navigate(&Route::Run { job: pending.job, run }.to_string());
                }
                None => app.refresh(),
            }
        }
        Err(error) => {
            app.refresh();
            step.set(Step::Failed(error));
        }
    }
}

/// Renders the error of a POST.
fn failure(app: App, pending: PendingConfirmation, error: &Error) -> El {
    let open_runs = move || {
        app.pending_confirmation.set(None);
        browser::navigate(&Route::Job(pending.job).to_string());
    };
    let open_runs = (error.is_outcome_unknown() || error.kind == ErrorKind::Conflict)
        .then(|| button("button", open_runs).child("Open its runs"));
    error_note(error, "", (open_runs, reconnect_button(error.kind)))
}
