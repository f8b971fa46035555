//! What stands above the lines of a log: severities, search, from error to error.

use super::{press, while_};
use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

use super::{icon, log_view::Place};
use crate::{
    browser, format,
    log::{Level, Log},
};

/// Filters, search, and the way from error to error (keys n and p; / for the search).
#[component]
pub fn LogBar(log: RwSignal<Log>, place: Place) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if browser::is_typing(&event) {
            return;
        }
        match event.key().as_str() {
            "n" => error(log, place, true),
            "p" => error(log, place, false),
            "/" => {
                event.prevent_default();
                focus(field);
            }
            _ => {}
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <div class="bar tools" role="group" aria-label="Log tools">
            <Chips log place />
            <SearchBox log place field />
            <Errors log place />
            <span class="grow"></span>
            <button type="button" class="button square" aria-label="Go to the end" title="Go to the end"
                on:click=press(move || place.go_to_end())>
                {icon("end")}
            </button>
        </div>
    }
}

fn focus(field: NodeRef<html::Input>) {
    if let Some(field) = field.get_untracked() {
        let _ = field.focus();
        field.select();
    }
}

fn error(log: RwSignal<Log>, place: Place, forward: bool) {
    let line = log.with_untracked(|log| log.error_from(place.here.get_untracked(), forward));
    let Some(line) = line else { return };
    // An error that the filter hides could not be gone to.
    if log.with_untracked(|log| log.is_filtered() && !log.is_chosen(Level::Error)) {
        log.update(|log| log.toggle(Level::Error));
    }
    place.go(log, line);
}

/// Severities with their counts; those pressed are shown.
#[component]
fn Chips(log: RwSignal<Log>, place: Place) -> impl IntoView {
    // The line one is at keeps its place as rows come and go around it.
    let keep = move || {
        if let Some(line) = place.here.get_untracked() {
            request_animation_frame(move || place.go(log, line));
        }
    };
    let chip = move |level: Level, shape: &'static str| {
        let count = Memo::new(move |_| log.with(|log| log.count(level)));
        let words = match level {
            Level::Error => "errors",
            Level::Warning => "warnings",
            _ => "information",
        };
        let label = move || format!("{} {words}", format::count(count.get()));
        view! {
            <button type="button" class=level.label() title=words aria-label=label
                aria-pressed=move || log.with(|log| log.is_chosen(level)).to_string()
                disabled=move || { count.get() == 0 && !log.with(|log| log.is_chosen(level)) }
                on:click=press(move || { log.update(|log| log.toggle(level)); keep(); })>
                {icon(shape)}
                {move || format::count(count.get())}
            </button>
        }
    };
    view! {
        <div class="chips" role="group" aria-label="Show severities">
            <button type="button" aria-pressed=move || log.with(|log| !log.is_filtered()).to_string()
                on:click=press(move || { log.update(Log::show_all); keep(); })>
                {move || format!("All {}", format::count(log.with(Log::len)))}
            </button>
            {chip(Level::Information, "info")}
            {chip(Level::Warning, "triangle")}
            {chip(Level::Error, "cross")}
        </div>
    }
}

#[component]
fn SearchBox(log: RwSignal<Log>, place: Place, field: NodeRef<html::Input>) -> impl IntoView {
    let step = move |forward: bool| {
        let line = log.with_untracked(|log| log.found_from(place.here.get_untracked(), forward));
        if let Some(line) = line {
            place.go(log, line);
        }
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        log.update(|log| log.search(&text));
        // The line one is at, if it was found; else the next.
        let here = place.here.get_untracked();
        let before = here.and_then(|line| line.checked_sub(1));
        if let Some(line) = log.with_untracked(|log| log.found_from(before, true)) {
            place.go(log, line);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => step(!event.shift_key()),
        "ArrowDown" => {
            event.prevent_default();
            step(true);
        }
        "ArrowUp" => {
            event.prevent_default();
            step(false);
        }
        "Escape" => {
            if let Some(field) = field.get_untracked() {
                field.set_value("");
                let _ = field.blur();
            }
            log.update(|log| log.search(""));
        }
        _ => {}
    };
    let found = move || {
        log.with(|log| {
            if !log.searched().is_on() {
                return String::new();
            }
            let shown = log.found().count();
            let hidden = log.searched().lines().len() - shown;
            let here = place.here.get().and_then(|here| log.found().position(|line| line == here));
            let mut words = match here {
                Some(at) => format!("{} of {}", format::count(at + 1), format::count(shown)),
                None if shown == 0 => "none".to_owned(),
                None => format!("{} found", format::count(shown)),
            };
            if hidden > 0 {
                words.push_str(&format!(", {} hidden", format::count(hidden)));
            }
            words
        })
    };
    let is_on = move || log.with(|log| log.searched().is_on());
    view! {
        <span class="find">
            {icon("find")}
            <input class="field" type="text" placeholder="Search log" aria-label="Search log" spellcheck="false"
                autocomplete="off" enterkeyhint="search" node_ref=field on:input=on_input on:keydown=on_key />
            <kbd aria-hidden="true" class="wide">"/"</kbd>
        </span>
        {while_(is_on, move || view! {
            <span class="quiet found" role="status">{found}</span>
            <button type="button" class="ghost" aria-label="Previous match" title="Previous match (Shift Enter)" on:click=press(move || step(false))>
                {icon("up")}
            </button>
            <button type="button" class="ghost" aria-label="Next match" title="Next match (Enter)" on:click=press(move || step(true))>
                {icon("down")}
            </button>
        }.into_any())}
    }
}

#[component]
fn Errors(log: RwSignal<Log>, place: Place) -> impl IntoView {
    let errors = Memo::new(move |_| log.with(|log| log.count(Level::Error)));
    let number = move || {
        let here = place.here.get().and_then(|line| log.with(|log| log.error_number(line)));
        here.map(|at| format!("{} of {}", format::count(at), format::count(errors.get())))
    };
    view! {
        {while_(move || { errors.get() > 0 }, move || view! {
            <button type="button" class="button" on:click=press(move || error(log, place, true))>
                "Next error"
                <kbd aria-hidden="true" class="wide">"n"</kbd>
            </button>
            <button type="button" class="button square" aria-label="Previous error" title="Previous error (p)"
                on:click=press(move || error(log, place, false))>
                {icon("up")}
            </button>
            <span class="quiet">{number}</span>
        }.into_any())}
    }
}
