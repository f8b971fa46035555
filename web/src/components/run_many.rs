//! The dialog that runs several jobs after a confirmation and shows the result of each. The POSTs are sent one after the
//! other, each once.

use std::rc::Rc;

use txjobs_sdk::{
    ErrorKind,
    types::{JobId, TriggerId},
};
use web_sys::{Event, HtmlDialogElement};

use super::{icon, question::production};
use crate::{
    api, browser,
    dom::{El, IntoView, View, button, el, show},
    format, poll,
    reactive::{RwSignal, effect},
    route::Route,
    state::{App, Session, app},
};

/// Result of starting one job.
#[derive(Clone, Debug, PartialEq)]
enum Start {
    Waiting,
    Sending,
    Started(TriggerId),
    Refused(String),
    NotSent,
}

/// Renders the dialog. It is open while `app.pending_bulk_run` holds jobs.
pub fn run_many() -> El {
    let app = app();
    let starts = RwSignal::new(Vec::<Start>::new());
    let close = move |_: Event| app.ask_many.set(Vec::new());
    let content = move || {
        let jobs = app.ask_many.with(Vec::len);
        (jobs > 0).then(|| form(app, jobs, starts))
    };
    let whole = el("dialog").attr("aria-labeledby", "many").on("close", close).child(content);
    let dialog: HtmlDialogElement = whole.get();
    effect(move || {
        let jobs = app.ask_many.with(Vec::len);
        if jobs > 0 {
            starts.set(vec![Start::Waiting; jobs]);
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
    });
    whole
}

/// Removes a started job from the selection.
fn untick(app: App, job: JobId) {
    if let Route::Jobs(listing) = app.route.get_untracked()
        && listing.selected.contains(&job)
    {
        let route = Route::Jobs(listing.toggled(job));
        browser::replace(&route.to_string());
        app.route.set(route);
    }
}

fn form(app: App, jobs: usize, starts: RwSignal<Vec<Start>>) -> El {
    let is_asking = move || starts.with(|all| all.iter().all(|start| *start == Start::Waiting));
    let submit = move |event: Event| {
        event.prevent_default();
        let Some(session) = app.session.get_untracked() else { return };
        // A double click sends one request.
        if starts.with_untracked(|all| all.iter().all(|start| *start == Start::Waiting)) {
            put(starts, 0, Start::Sending);
            browser::spawn(send(app, session, starts));
        }
    };
    let words = format::plural(jobs, "job");
    let heading = format!("Run {words} on {}?", app.chosen.with_untracked(crate::profile::Profile::title));
    let rows: Vec<_> = (0..jobs).map(|at| row(app, at, starts)).collect();
    let leave = move || if is_asking() { "Cancel" } else { "Close" };
    let run = move || {
        el("button")
            .attr("type", "submit")
            .class("button primary")
            .child(icon("play"))
            .child(format!("Run {words}"))
    };
    let close = button("button", move || app.ask_many.set(Vec::new())).attr("autofocus", true);
    el("form")
        .on("submit", submit)
        .child(el("h2").attr("id", "many").child(el("bdi").child(heading)))
        .child(production(app))
        .child(el("p").class("quiet").child("The server rejects jobs that are already running."))
        .child(el("ul").class("starts").attr("aria-live", "polite").child(rows))
        .child(el("div").class("bar").child(close.child(leave)).child(show(is_asking, run)))
}

fn row(app: App, at: usize, starts: RwSignal<Vec<Start>>) -> El {
    let job = app.ask_many.with_untracked(|jobs| jobs[at]);
    let name = app.name_of(job).unwrap_or_else(|| job.to_string());
    let outcome = move || -> View {
        let mark = |color: &'static str, shape: &'static str, words: String| {
            el("span").class(color).child(icon(shape)).child(" ").child(words).into_view()
        };
        match starts.with(|all| all.get(at).cloned()) {
            None | Some(Start::Waiting) => View::default(),
            Some(Start::Sending) => "sending…".into_view(),
            Some(Start::Started(run)) => {
                let link = el("a").class("link").attr("href", Route::Run { job, run }.to_string());
                (mark("ok-text", "check", "started · ".to_owned()), link.child("open run")).into_view()
            }
            Some(Start::Refused(why)) => mark("bad-text", "cross", why),
            Some(Start::NotSent) => mark("idle-text", "ring", "not sent".to_owned()),
        }
    };
    el("li").child(el("bdi").child(name)).child(el("div").class("quiet").child(outcome))
}

fn put(starts: RwSignal<Vec<Start>>, at: usize, start: Start) {
    starts.update(|all| {
        if let Some(one) = all.get_mut(at) {
            *one = start;
        }
    });
}

async fn send(app: App, session: Rc<Session>, starts: RwSignal<Vec<Start>>) {
    let jobs = app.ask_many.get_untracked();
    let mut goes_on = true;
    for (at, &job) in jobs.iter().enumerate() {
        // Closing the dialog stops the remaining starts.
        if app.session_numbered(session.number).is_none() || app.ask_many.with_untracked(|now| *now != jobs) {
            return;
        }
        if !goes_on {
            put(starts, at, Start::NotSent);
            continue;
        }
        put(starts, at, Start::Sending);
        match api::execute(&session, job).await {
            Ok(answer) => {
                let run = answer.value.trigger_id;
                poll::expect(app, job, run);
                put(starts, at, Start::Started(run));
                untick(app, job);
            }
            Err(trouble) => {
                // These errors concern one job; all others would occur again for the next job.
                goes_on = matches!(trouble.kind, ErrorKind::Conflict | ErrorKind::NotFound);
                let said = trouble.message.as_deref().map(|said| format!(" “{said}”")).unwrap_or_default();
                put(starts, at, Start::Refused(format!("{}{said} {}", trouble.summary(), trouble.advice())));
            }
        }
    }
}
