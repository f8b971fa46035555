//! One run: how far it is, how it ended, and its log.

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

/// The screen of a run. It follows the run until it has ended.
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
            true => "The run is no longer followed.",
            false => "What you see may be old; it is tried again by itself.",
        };
        let again = has_stopped.then(|| button("button", again).child("Try again"));
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

/// Asks for the job's other runs, if they come without their lines: what is usual is known from them.
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
                // More of them than the list of jobs asks for.
                let mut history = History::of(&answer.value.executions, browser::uptime());
                app.jobs.histories.update(|all| {
                    history.counts = all.get(&job).and_then(|before| before.counts);
                    all.insert(job, history);
                });
            }
        });
    });
}

/// How much of a long log has come, with a way out, and back in.
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
        let words = format!("You stopped the loading: {} came.", format::plural(lines, "line"));
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
        _ if view.log.with(|log| log.is_filtered() && !log.is_empty()) => "No line has these severities.",
        Stage::Looking => "Loading…",
        Stage::Pending => "The job is pending. Lines appear when the application picks it up.",
        Stage::NotThere => "The server knows no run with this id: it may be too old, or of another job.",
        Stage::Going => "No lines yet.",
        Stage::Ended => "This run wrote no lines.",
        Stage::Stopped | Stage::Halted => "Nothing was loaded.",
    }
}
