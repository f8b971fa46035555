//! The menu that copies and downloads log lines.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent, Node};

use super::{icon, log_place::Place};
use crate::{
    browser,
    closure::Give,
    dom::{El, button, el, on_window, show},
    format,
    log::{Log, Range, export::Form},
    reactive::RwSignal,
    route::Route,
    state::app,
};

/// Maximum size of a copied text in bytes.
const MOST_COPIED: usize = 8 << 20;
/// Size of the parts of a file in bytes.
const PIECE: usize = 1 << 20;

/// The lines to export.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    All,
    Shown,
    Chosen,
}

/// Renders the menu.
pub(super) fn log_export(log: RwSignal<Log>, place: Place) -> El {
    let told = RwSignal::new("");
    let name = "Copy or download lines";
    let summary = el("summary").class("button square").attr("aria-label", name).attr("title", name);
    let shown = move || log.with(|log| if log.is_filtered() { log.rows() } else { 0 });
    let chosen = move || place.several().map_or(0, Range::len);
    let some = move |which: Which, count: Box<dyn Give<usize>>| group(log, place, which, count, told);
    let content = el("div")
        .class("menu-box")
        .child(some(Which::All, Box::new(move || log.with(Log::len))))
        .child(show(move || shown() > 0, move || some(Which::Shown, Box::new(shown))))
        .child(show(move || chosen() > 0, move || some(Which::Chosen, Box::new(chosen))))
        .child(el("p").class("quiet").attr("role", "status").child(move || told.get()));
    let menu = el("details").class("menu").child(summary.child(icon("down-to"))).child(content);
    let node: Element = menu.get();
    let close = move |is_within: bool| {
        if !is_within && node.has_attribute("open") {
            let _ = node.remove_attribute("open");
            told.set("");
        }
    };
    let (within, leave) = (menu.get::<Node>(), close.clone());
    on_window("click", move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        leave(within.contains(target.as_ref()));
    });
    menu.on("keydown", move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close(false);
            browser::focus_in(&event, "summary");
        }
    })
}

fn group(
    log: RwSignal<Log>,
    place: Place,
    which: Which,
    count: Box<dyn Give<usize>>,
    told: RwSignal<&'static str>,
) -> El {
    let name = match which {
        Which::All => "All",
        Which::Shown => "Shown",
        Which::Chosen => "Selected",
    };
    let file = move |form: Form| {
        let pressed = move || browser::spawn(take(log, place, which, Some(form), told));
        button("button", pressed)
            .attr("aria-label", format!("{name}: download as {}", form.label()))
            .child(form.label())
    };
    let copy = button("button", move || browser::spawn(take(log, place, which, None, told)));
    let copy = copy.attr("aria-label", format!("{name}: copy"));
    el("div")
        .attr("role", "group")
        .attr("aria-label", name)
        .child(el("h2").child(move || format!("{name}: {}", format::plural(count.give(), "line"))))
        .child(
            el("div").class("bar").child(Form::ALL.map(file)).child(copy.child(icon("copy")).child("Copy")),
        )
}

/// Returns the next batch of lines to export, and the position after it.
fn next(log: &Log, which: Which, range: Option<Range>, from: usize) -> (Vec<usize>, usize) {
    let end = match which {
        Which::All => log.len(),
        Which::Shown => log.rows(),
        Which::Chosen => range.map_or(0, |range| range.last + 1),
    };
    let from = if which == Which::Chosen { range.map_or(0, |range| range.first.max(from)) } else { from };
    let to = (from + 500).min(end);
    let line = |at: usize| if which == Which::Shown { log.line_of(at) } else { Some(at) };
    ((from..to).filter_map(line).collect(), to)
}

/// Writes lines in batches, so that the page stays responsive, and then copies or downloads them.
async fn take(
    log: RwSignal<Log>,
    place: Place,
    which: Which,
    form: Option<Form>,
    told: RwSignal<&'static str>,
) {
    let is_copy = form.is_none();
    let form = form.unwrap_or(Form::Text);
    told.set(if is_copy { "" } else { "Writing the file…" });
    let range = place.anchor.get_untracked().zip(place.here.get_untracked());
    let range = range.map(|(one, other)| Range::between(one, other));
    let parts = js_sys::Array::new();
    let mut piece = form.head().to_owned();
    let (mut from, mut is_first, mut begun) = (0, true, browser::uptime());
    loop {
        let more = log.try_with_untracked(|log| {
            let (lines, to) = next(log, which, range, from);
            for line in &lines {
                if let Some(view) = log.line(*line) {
                    form.line(&mut piece, *line, &view, is_first);
                    is_first = false;
                }
            }
            from = to;
            !lines.is_empty()
        });
        // The screen was removed in the meantime.
        let Some(more) = more else { return };
        if is_copy && piece.len() > MOST_COPIED {
            told.try_set("Too long to copy. Download it instead.");
            return;
        }
        if !more {
            break;
        }
        if !is_copy && piece.len() > PIECE {
            parts.push(&piece.as_str().into());
            piece.clear();
        }
        if browser::uptime() - begun > 24.0 {
            browser::sleep(0).await;
            begun = browser::uptime();
        }
    }
    if is_copy {
        let has_copied = browser::copy(&piece).await;
        told.try_set(if has_copied { "Copied." } else { "The browser refused to copy. Download it instead." });
        return;
    }
    piece.push_str(form.tail());
    parts.push(&piece.as_str().into());
    browser::download(&format!("log-{}.{}", short_name(), form.ending()), &parts);
    told.try_set("Downloaded.");
}

/// Returns a short id of the run for the file name.
fn short_name() -> String {
    match app().route.get_untracked() {
        Route::Run { run, .. } => run.to_string().chars().take(8).collect(),
        _ => "lines".to_owned(),
    }
}
