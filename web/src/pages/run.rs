//! One run: how far it is, how it ended, and its log.

use crate::components::{effect, press};
use leptos::{prelude::*, task::spawn_local};
use txjobs_sdk::types::{JobId, TriggerId};

use super::run_head::RunHead;
use crate::{
    browser,
    components::{
        TroubleNote, icon,
        log_bar::LogBar,
        log_view::{LogView, Place},
        reconnect,
    },
    follow::{self, RunView, Stage},
    format,
    log::Log,
    state::{Session, app},
};

/// The screen of a run. It follows the run until it has ended.
#[component]
pub fn RunPage(session: Session, job: JobId, run: TriggerId) -> impl IntoView {
    let app = app();
    let view = RunView::default();
    let place = Place::new(true);
    let again = RwSignal::new(0u32);
    let alive = follow::alive();
    effect(move || {
        again.track();
        spawn_local(follow::follow(app, session.clone(), job, run, view, alive.clone()));
    });
    open_at_first_error(view, place);
    let name = move || app.name_of(job).unwrap_or_else(|| job.to_string());
    effect(move || {
        let state = view.execution.with(|e| e.as_ref().map(|e| e.state.to_string()));
        browser::set_title(&format!("{}: {} · txjobs", name(), state.unwrap_or_else(|| "run".to_owned())));
    });
    let empty = Signal::derive(move || {
        let is_filtered = view.log.with(|log| log.is_filtered() && !log.is_empty());
        match view.stage.get() {
            _ if is_filtered => "No line has these severities.",
            Stage::Looking => "Loading…",
            Stage::Pending => "The job is pending. Lines appear when the application picks it up.",
            Stage::NotThere => "The server knows no run with this id: it may be too old, or of another job.",
            Stage::Going => "No lines yet.",
            Stage::Ended => "This run wrote no lines.",
            Stage::Stopped => "Nothing was loaded.",
        }
        .to_owned()
    });
    view! {
        <main class="run-page">
            <RunHead job run view />
            {move || view.trouble.get().map(|trouble| {
                let kind = trouble.kind;
                let stopped = view.stage.get() == Stage::Stopped;
                let lead = if stopped { "The run is no longer followed." } else { "What you see may be old; it is tried again by itself." };
                view! {
                    <TroubleNote trouble lead=lead>
                        {stopped.then(|| view! {
                            <button type="button" class="button" on:click=press(move || again.update(|n| *n += 1))>"Try again"</button>
                        })}
                        {reconnect(kind)}
                    </TroubleNote>
                }
            })}
            <LogBar log=view.log place />
            <LogView log=view.log place label="Log lines".to_owned() empty />
            <Detail log=view.log place />
        </main>
    }
}

/// A run that had ended when it was opened is shown at its first error. One that is followed keeps to its end, and
/// goes to its first error when it fails before anything was scrolled or pressed.
fn open_at_first_error(view: RunView, place: Place) {
    let done = StoredValue::new(false);
    effect(move || {
        if view.stage.get() != Stage::Ended || done.get_value() {
            return;
        }
        done.set_value(true);
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
#[component]
fn Detail(log: RwSignal<Log>, place: Place) -> impl IntoView {
    let app = app();
    let copied = RwSignal::new(None::<bool>);
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && !browser::is_typing(&event) {
            place.open.set(None);
        }
    });
    on_cleanup(move || escape.remove());
    let copy = move |_| {
        let text = place
            .open
            .get_untracked()
            .and_then(|line| log.with_untracked(|log| log.line(line).map(|l| l.message.to_owned())));
        let Some(text) = text else { return };
        spawn_local(async move {
            copied.try_set(Some(browser::copy(&text).await));
            browser::sleep(2_000).await;
            copied.try_set(None);
        });
    };
    let words = move || match copied.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Select and copy by hand",
    };
    move || {
        let line = place.open.get()?;
        log.with(|log| {
            let view = log.line(line)?;
            let text = format::block(view.message);
            let at = view.time;
            Some(view! {
                <section class="detail" aria-label="Line">
                    <div class="bar">
                        <h2>{format!("Line {}", format::count(line + 1))}</h2>
                        <span class="quiet">{view.severity.to_string()} {at.map(|at| format!(" · {}", app.zone().exact(at)))}</span>
                        <span class="grow"></span>
                        <button type="button" class="button" on:click=copy>{icon("copy")} {words}</button>
                        <button type="button" class="ghost" aria-label="Close" title="Close (Escape)" on:click=press(move || place.open.set(None))>
                            {icon("cross")}
                        </button>
                    </div>
                    <pre>{text}</pre>
                </section>
            })
        })
    }
}
