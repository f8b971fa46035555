//! One run: how far it is, how it ended, and its log.

use std::rc::Rc;

use leptos::prelude::request_animation_frame;
use txjobs_sdk::types::{JobId, TriggerId};
use web_sys::KeyboardEvent;

use super::run_head::run_head;
use crate::{
    browser,
    components::{
        icon,
        log_bar::log_bar,
        log_view::{Place, log_view},
        reconnect, trouble_note,
    },
    dom::{El, IntoView, View, button, el, on_window, show},
    follow::{self, RunView, Seen, Stage},
    format,
    log::Log,
    reactive::{Memo, RwSignal, effect},
    state::{Session, app},
};

/// The screen of a run. It follows the run until it has ended.
pub fn run_page(session: Rc<Session>, job: JobId, run: TriggerId) -> El {
    let app = app();
    let view = RunView::default();
    let place = Place::new(true);
    let again = RwSignal::new(0u32);
    let (alive, seen) = (follow::alive(), Seen::default());
    effect(move || {
        again.track();
        browser::spawn(follow::follow(app, session.clone(), job, run, view, seen.clone(), alive.clone()));
    });
    open_at_first_error(view, place);
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
        .child(detail(view.log, place))
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

/// A run that had ended when it was opened is shown at its first error. One that is followed keeps to its end, and
/// goes to its first error when it fails before anything was scrolled or pressed.
fn open_at_first_error(view: RunView, place: Place) {
    let mut done = false;
    effect(move || {
        if view.stage.get() != Stage::Ended || done {
            return;
        }
        done = true;
        if place.here.get_untracked().is_some() {
            return;
        }
        match view.log.with_untracked(Log::first_error) {
            Some(line) if place.pinned.get_untracked() => {
                request_animation_frame(move || place.go(view.log, line));
            }
            _ => {}
        }
    });
}

/// The whole text of one line.
fn detail(log: RwSignal<Log>, place: Place) -> impl Fn() -> Option<El> {
    let app = app();
    on_window("keydown", move |event: KeyboardEvent| {
        if event.key() == "Escape" && !browser::is_typing(&event) {
            place.open.set(None);
        }
    });
    let copied = RwSignal::new(None::<bool>);
    let words = move || match copied.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Select and copy by hand",
    };
    move || {
        let line = place.open.get()?;
        // What a line says never changes, so more of them are no reason to draw it anew.
        let (message, time, severity) = log.with_untracked(|log| {
            let view = log.line(line)?;
            Some((view.message.to_owned(), view.time, view.severity.to_string()))
        })?;
        let text = el("pre").child(format::block(&message));
        let copy = button("button", move || browser::copy_and_tell(message.clone(), copied));
        let close = button("ghost", move || place.open.set(None))
            .attr("aria-label", "Close")
            .attr("title", "Close (Escape)")
            .child(icon("cross"));
        let about = move || match time {
            Some(at) => format!("{severity} · {}", app.zone().exact(at)),
            None => severity.clone(),
        };
        let bar = el("div")
            .class("bar")
            .child(el("h2").child(format!("Line {}", format::count(line + 1))))
            .child(el("span").class("quiet").child(about))
            .child(el("span").class("grow"))
            .child(copy.child(icon("copy")).child(words))
            .child(close);
        Some(el("section").class("detail").attr("aria-label", "Line").child(bar).child(text))
    }
}
