//! The dialog that asks for confirmation before a job is run or canceled. It sends the POST once and shows errors.

use leptos::prelude::untrack;
use std::rc::Rc;

use txjobs_sdk::{Error, ErrorKind};
use web_sys::{Event, HtmlDialogElement};

use super::{icon, reconnect, trouble_note};
use crate::{
    api, browser,
    dom::{El, IntoView, View, button, el, show},
    poll,
    profile::Profile,
    reactive::{RwSignal, effect},
    route::Route,
    state::{App, Ask, Deed, Session, app},
};

/// Progress of the action.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Asking,
    Sending,
    Failed(Error),
}

/// Renders the dialog. It is open while `app.pending_confirmation` is set.
pub fn question() -> El {
    let app = app();
    let step = RwSignal::new(Step::Asking);
    // Only another action creates another form; signals that the form reads must not replace its buttons.
    let form = move || app.ask.get().map(|ask| untrack(|| form(app, ask, step)));
    let close = move |_: Event| app.ask.set(None);
    let whole = el("dialog").attr("aria-labeledby", "question").on("close", close).child(form);
    let dialog: HtmlDialogElement = whole.get();
    effect(move || {
        if app.ask.with(Option::is_some) {
            step.set(Step::Asking);
            // This fails only if the dialog is already open.
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
    });
    whole
}

fn form(app: App, ask: Ask, step: RwSignal<Step>) -> El {
    let submit = move |event: Event| {
        event.prevent_default();
        let Some(session) = app.session.get_untracked() else { return };
        // A double click sends one request.
        if step.get_untracked() == Step::Asking {
            step.set(Step::Sending);
            browser::spawn(send(app, session, ask, step));
        }
    };
    let failed = move || match step.get() {
        Step::Failed(trouble) => Some(failure(app, ask, &trouble)),
        _ => None,
    };
    el("form")
        .on("submit", submit)
        .child(el("h2").attr("id", "question").child(move || heading(app, ask)))
        .child(production(app))
        .child(el("p").class("quiet").child(explanation(ask.what)))
        .child(failed)
        .child(buttons(app, ask.what, step))
}

/// Renders a warning if the profile is marked as production. In this case Enter cancels the dialog.
pub fn production(app: App) -> Option<El> {
    is_production(app).then(|| {
        el("p")
            .class("production")
            .child(icon("triangle"))
            .child("This is production: ")
            .child(el("bdi").child(app.chosen.with_untracked(Profile::title)))
    })
}

pub fn is_production(app: App) -> bool {
    app.chosen.with_untracked(|profile| profile.is_production)
}

fn buttons(app: App, what: Deed, step: RwSignal<Step>) -> El {
    let careful = is_production(app);
    let (verb, shape, class) = match what {
        Deed::Run => ("Run", "play", "button primary"),
        Deed::Cancel => ("Cancel run", "stop", "button danger"),
    };
    let leave = move || match (step.get(), what) {
        (Step::Failed(_), _) => "Close",
        (_, Deed::Run) => "Cancel",
        (_, Deed::Cancel) => "Keep running",
    };
    let submit = move || {
        el("button")
            .attr("type", "submit")
            .class(class)
            .attr("autofocus", !careful)
            .attr("disabled", move || step.get() != Step::Asking)
            .child(icon(shape))
            .child(move || if step.get() == Step::Sending { "Sending…" } else { verb })
    };
    el("div")
        .class("bar")
        .child(button("button", move || app.ask.set(None)).attr("autofocus", careful).child(leave))
        .child(show(move || !matches!(step.get(), Step::Failed(_)), submit))
}

fn heading(app: App, ask: Ask) -> View {
    let name = app.name_of(ask.job).unwrap_or_else(|| ask.job.to_string());
    let server = app.session.with_untracked(|s| s.as_ref().map(|s| s.profile.title())).unwrap_or_default();
    let lead = match ask.what {
        Deed::Run => "Run ",
        Deed::Cancel => "Cancel the run of ",
    };
    (lead, el("bdi").child(name), " on ", el("bdi").child(server), "?").into_view()
}

const fn explanation(what: Deed) -> &'static str {
    match what {
        Deed::Run => "The job is queued immediately, and the console opens its run.",
        Deed::Cancel => "Work already done is not undone. The run ends with the state failed.",
    }
}

async fn send(app: App, session: Rc<Session>, ask: Ask, step: RwSignal<Step>) {
    let sent = match ask.what {
        Deed::Run => api::execute(&session, ask.job).await.map(|answer| Some(answer.value.trigger_id)),
        Deed::Cancel => api::cancel(&session, ask.job).await.map(|_| None),
    };
    if app.session_numbered(session.number).is_none() {
        return;
    }
    match sent {
        Ok(started) => {
            app.ask.set(None);
            match started {
                Some(run) => {
                    poll::expect(app, ask.job, run);
                    browser::go(&Route::Run { job: ask.job, run }.to_string());
                }
                None => app.refresh(),
            }
        }
        Err(trouble) => {
            app.refresh();
            step.set(Step::Failed(trouble));
        }
    }
}

/// Renders the error of a POST.
fn failure(app: App, ask: Ask, trouble: &Error) -> El {
    let look = move || {
        app.ask.set(None);
        browser::go(&Route::Job(ask.job).to_string());
    };
    let look = (trouble.is_outcome_unknown() || trouble.kind == ErrorKind::Conflict)
        .then(|| button("button", look).child("Open its runs"));
    trouble_note(trouble, "", (look, reconnect(trouble.kind)))
}
