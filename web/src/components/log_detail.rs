//! The panel below a log: the full text of one line, or the actions for several selected lines.

use std::rc::Rc;

use web_sys::{Element, KeyboardEvent};

use super::{icon, log_place::Place};
use crate::{
    browser,
    dom::{El, IntoView, View, button, el, on_window, show},
    format,
    log::{Log, Range, export::Form},
    reactive::RwSignal,
    state::app,
};

/// Number of bytes of a long line that are rendered in one element.
const PIECE: usize = 20_000;

/// Renders the open line or the selected lines.
pub fn log_detail(log: RwSignal<Log>, place: Place) -> impl Fn() -> Option<El> {
    on_window("keydown", move |event: KeyboardEvent| {
        if event.key() == "Escape" && !browser::is_typing(&event) {
            close(place);
        }
    });
    move || match (place.several(), place.open.get()) {
        (Some(range), _) => Some(several(log, place, range)),
        (None, Some(line)) => one(log, place, line),
        (None, None) => None,
    }
}

fn close(place: Place) {
    place.open.set(None);
    place.anchor.set(None);
}

/// Returns lines as text.
pub(super) fn text_of(log: RwSignal<Log>, range: Range) -> String {
    log.with_untracked(|log| {
        let mut text = String::new();
        for line in range.first..=range.last {
            if let Some(view) = log.line(line) {
                Form::Text.line(&mut text, line, &view, line == range.first);
            }
        }
        text
    })
}

fn bar(place: Place, title: String, about: View, text: impl Fn() -> String + 'static) -> El {
    let told = move |words: &'static str| match place.copied.get() {
        None => words,
        Some(true) => "Copied",
        Some(false) => "Select and copy by hand",
    };
    let copy = button("button", move || browser::copy_and_tell(text(), place.copied));
    // The selection as it is in the address, too.
    let link = move || {
        let range = place.range().map(|range| range.to_string()).unwrap_or_default();
        let route = app().route.get_untracked();
        browser::copy_and_tell(format!("{}{route}?line={range}", browser::page()), place.copied);
    };
    let close = button("ghost", move || close(place))
        .attr("aria-label", "Close")
        .attr("title", "Close (Escape)")
        .child(icon("cross"));
    el("div")
        .class("bar")
        .child(el("h2").child(title))
        .child(el("span").class("quiet").child(about))
        .child(el("span").class("grow"))
        .child(copy.child(icon("copy")).child(el("span").attr("role", "status").child(move || told("Copy"))))
        .child(button("button", link).child("Copy link"))
        .child(close)
}

fn several(log: RwSignal<Log>, place: Place, range: Range) -> El {
    let [first, last] = [range.first, range.last].map(|line| format::count(line + 1));
    let about = format::plural(range.len(), "line").into_view();
    let bar = bar(place, format!("Lines {first} to {last}"), about, move || text_of(log, range));
    el("section").class("detail").attr("aria-label", "Lines").child(bar)
}

fn one(log: RwSignal<Log>, place: Place, line: usize) -> Option<El> {
    let app = app();
    // Untracked, because a line never changes and appended lines must not render it again.
    let (message, time, severity) = log.with_untracked(|log| {
        let view = log.line(line)?;
        Some((Rc::<str>::from(view.message), view.time, view.severity.to_string()))
    })?;
    let about = move || match time {
        Some(at) => format!("{severity} · {}", app.zone().exact(at)),
        None => severity.clone(),
    };
    let text = el("pre");
    let shown = RwSignal::new(0);
    more(&text, &message, shown, PIECE);
    let (whole, rest, node) = (message.len(), message.clone(), text.clone());
    let copied = message.clone();
    let bar = bar(place, format!("Line {}", format::count(line + 1)), about.into_view(), move || {
        copied.to_string()
    });
    // Each click doubles the shown text, so a few clicks show all of it.
    let on = move || {
        let (rest, node) = (rest.clone(), node.clone());
        button("button", move || more(&node, &rest, shown, shown.get_untracked().max(PIECE)))
            .child(move || format!("Show more: {} of {} kB", shown.get() / 1000, whole / 1000))
    };
    let on = show(move || shown.get() < whole, on);
    Some(el("section").class("detail").attr("aria-label", "Line").child(bar).child(text).child(on))
}

/// Shows `bytes` more bytes of a message, in separate elements that a browser lays out quickly. The elements are blocks,
/// so each ends at a line end if possible.
fn more(place: &El, message: &str, shown: RwSignal<usize>, bytes: usize) {
    let mut from = shown.get_untracked();
    let end = from + bytes;
    while from < end.min(message.len()) {
        let mut to = message.ceil_char_boundary(from + PIECE);
        if to < message.len()
            && let Some(line_end) = message[from..to].rfind('\n')
        {
            to = from + line_end + 1;
        }
        let text = message[from..to].strip_suffix('\n').unwrap_or(&message[from..to]);
        let piece = el("span").child(format::block(text));
        let _ = place.get::<Element>().append_child(&piece.get::<Element>());
        from = to;
    }
    shown.set(from);
}
