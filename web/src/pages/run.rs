//! The screen of one run: progress, outcome and log.

use std::rc::Rc;

use txjobs_sdk::types::{JobId, TriggerId};

use super::{run_address::keep_address, run_head::run_head};
use crate::{
    api, browser,
    components::{
        icon,
        log_bar::log_bar,
        log_detail, log_print,
        log_view::{Place, log_view},
        reconnect, trouble_note,
    },
    dom::{El, IntoView, View, button, el, show},
    follow::{self, RunView, Seen, Stage},
    format,
    history::History,
    log::Log,
    reactive::{Memo, RwSignal, effect},
    state::{App, Session, app},
};

/// Renders the screen of a run and follows the run until it ends.
pub fn run_page(session: Rc<Session>, job: JobId, run: TriggerId) -> El {
    let app = app();
    let view = RunView::default();
    let place = Place::new(true);
    let again = RwSignal::new(0u32);
    let others = session.clone();
    let (alive, seen) = (follow::alive(), Seen::default());
    effect(move || {
        again.track();
        browser::spawn(follow::follow(app, session.clone(), job, run, view, seen.clone(), alive.clone()));
    });
    keep_address(job, run, view, place);
    know_usual(app, others, job);
    effect(move || {
        let name = app.name_of(job).unwrap_or_else(|| job.to_string());
        let state = view.execution.with(|e| e.as_ref().map(|e| e.state.to_string()));
        browser::set_title(&format!("{name}: {} · txjobs", state.unwrap_or_else(|| "run".to_owned())));
    });
    let again = move || {
        view.stage.set(Stage::Looking);
        again.update(|n| *n += 1);
    };
    let note = move || {
        let trouble = view.trouble.get()?;
        let has_stopped = view.stage.get() == Stage::Stopped;
        let lead = match has_stopped {
            true => "The console no longer follows this run.",
            false => "This data may be outdated. The console retries automatically.",
        };
        let again = has_stopped.then(|| button("button", again).child("Retry"));
        Some(trouble_note(&trouble, lead, (again, reconnect(trouble.kind))))
    };
    el("main")
        .class("run-page")
        .child(run_head(job, run, view))
        .child(note)
        .child(loading(view, again))
        .child(log_bar(view.log, place))
        .child(log_view(view.log, place, "Log lines", move || why_empty(view)))
        .child(log_detail(view.log, place))
        .child(log_print(view.log, place))
}

/// Loads the history of the job for its usual duration, if the server can leave out log lines.
fn know_usual(app: App, session: Rc<Session>, job: JobId) {
    let mut has_asked = false;
    effect(move || {
        let extensions = app.extensions.get();
        if !extensions.logs || std::mem::replace(&mut has_asked, true) {
            return;
        }
        let session = session.clone();
        browser::spawn(async move {
            let answer = api::executions(&session, &follow::history_request(job, extensions)).await;
            if let (Ok(answer), Some(_)) = (answer, app.session_numbered(session.number)) {
                // This history has more runs than the one of the job list.
                let mut history = History::of(&answer.value.executions, browser::uptime());
                app.jobs.histories.update(|all| {
                    history.counts = all.get(&job).and_then(|before| before.counts);
                    all.insert(job, history);
                });
            }
        });
    });
}

/// Renders the loading progress of a long log, with buttons to stop and continue.
fn loading(view: RunView, again: impl FnMut() + Copy + 'static) -> View {
    let came = Memo::new(move || view.came.get() >> 20);
    let words = move || format!("Loading the log: {} MB so far", format::count(came.get()));
    let stop = move || button("button", move || view.halt.set(true)).child(icon("stop")).child("Stop");
    let bar = move || {
        let words = el("span").class("quiet").child(words);
        el("div").class("bar loading").child(icon("refresh")).child(words).child(stop())
    };
    let halted = move || {
        let lines = view.log.with(Log::len);
        let words = format!("Loading stopped: {} loaded.", format::plural(lines, "line"));
        let again = button("button", again).child("Load the rest");
        el("div")
            .class("bar")
            .attr("role", "status")
            .child(el("span").class("quiet").child(words))
            .child(again)
    };
    (show(move || came.get() > 0, bar), show(move || view.stage.get() == Stage::Halted, halted)).into_view()
}

fn why_empty(view: RunView) -> &'static str {
    match view.stage.get() {
        _ if view.log.with(|log| log.is_filtered() && !log.is_empty()) => "No lines with these severities.",
        Stage::Looking => "Loading…",
        Stage::Pending => "The job is pending. Lines appear when the application starts it.",
        Stage::NotThere => "The server has no run with this id. It may have been removed, or belong to another job.",
        Stage::Going => "No lines yet.",
        Stage::Ended => "This run wrote no lines.",
        Stage::Stopped | Stage::Halted => "No lines were loaded.",
    }
}
