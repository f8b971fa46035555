//! The panel below a log: the full text of one line, or the actions for several selected lines.

use std::rc::Rc;

use web_sys::{Element, KeyboardEvent};

use super::{icon::icon, log_view_state::LogViewState};
use crate::{
    dom::{El, IntoView, View, button, el, on_window, show},
    log::{LineRange, Log, export::ExportFormat},
    model::format,
    reactive::RwSignal,
    state::app,
    utils::browser,
};

/// Number of bytes of a long line that are rendered in one element.
const PART_SIZE: usize = 20_000;

/// Renders the open line or the selected lines.
pub fn log_detail(log: RwSignal<Log>, view_state: LogViewState) -> impl Fn() -> Option<El> {
    on_window("keydown", move |event: KeyboardEvent| {
        if event.key() == "Escape" && !browser::is_typing(&event) {
            close(view_state);
        }
    });
    move || match (view_state.selection(), view_state.open_line.get()) {
        (Some(range), _) => Some(selected_lines(log, view_state, range)),
        (None, Some(line)) => single_line(log, view_state, line),
        (None, None) => None,
    }
}

fn close(view_state: LogViewState) {
    view_state.open_line.set(None);
    view_state.selection_anchor.set(None);
}

/// Returns lines as text.
pub(super) fn text_of(log: RwSignal<Log>, range: LineRange) -> String {
    log.with_untracked(|log| {
        let mut text = String::new();
        for line in range.first..=range.last {
            if let Some(view) = log.line(line) {
                ExportFormat::Text.write_line(&mut text, line, &view, line == range.first);
            }
        }
        text
    })
}

fn header(view_state: LogViewState, title: String, info: View, text: impl Fn() -> String + 'static) -> El {
    let copy_label = move || match view_state.copy_result.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Select the text and copy it",
    };
    let copy = button("button", move || browser::copy_with_feedback(text(), view_state.copy_result));
    // The selection as it is in the address, too.
    let link = move || {
        let range = view_state.current_range().map(|range| range.to_string()).unwrap_or_default();
        let route = app().route.get_untracked();
        browser::copy_with_feedback(
            format!("{}{route}?line={range}", browser::page_url()),
            view_state.copy_result,
        );
    };
    let close = button("icon-button", move || close(view_state))
        .attr("aria-label", "Close")
        .attr("title", "Close (Escape)")
        .child(icon("cross"));
    el("div")
        .class("bar")
        .child(el("h2").child(title))
        .child(el("span").class("muted").child(info))
        .child(el("span").class("spacer"))
        .child(copy.child(icon("copy")).child(el("span").attr("role", "status").child(copy_label)))
        .child(button("button", link).child("Copy link"))
        .child(close)
}

fn selected_lines(log: RwSignal<Log>, view_state: LogViewState, range: LineRange) -> El {
    let [first, last] = [range.first, range.last].map(|line| format::count(line + 1));
    let info = format::plural(range.len(), "line").into_view();
    let header = header(view_state, format!("Lines {first} to {last}"), info, move || text_of(log, range));
    el("section").class("log-detail").attr("aria-label", "Lines").child(header)
}

fn single_line(log: RwSignal<Log>, view_state: LogViewState, line: usize) -> Option<El> {
    let app = app();
    // Untracked, because a line never changes and appended lines must not render it again.
    let (message, time, severity) = log.with_untracked(|log| {
        let view = log.line(line)?;
        Some((Rc::<str>::from(view.message), view.time, view.severity.to_string()))
    })?;
    let info = move || match time {
        Some(at) => format!("{severity} · {}", app.zone().exact(at)),
        None => severity.clone(),
    };
    let text = el("pre");
    let shown = RwSignal::new(0);
    show_more(&text, &message, shown, PART_SIZE);
    let (total, rest, node) = (message.len(), message.clone(), text.clone());
    let full_text = message.clone();
    let header =
        header(view_state, format!("Line {}", format::count(line + 1)), info.into_view(), move || {
            full_text.to_string()
        });
    // Each click doubles the shown text, so a few clicks show all of it.
    let more_button = move || {
        let (rest, node) = (rest.clone(), node.clone());
        button("button", move || show_more(&node, &rest, shown, shown.get_untracked().max(PART_SIZE)))
            .child(move || format!("Show more: {} of {} kB", shown.get() / 1000, total / 1000))
    };
    let more_button = show(move || shown.get() < total, more_button);
    Some(
        el("section")
            .class("log-detail")
            .attr("aria-label", "Line")
            .child(header)
            .child(text)
            .child(more_button),
    )
}

/// Shows `bytes` more bytes of a message, in separate elements that a browser lays out quickly. The elements are blocks,
/// so each ends at a line end if possible.
fn show_more(parent: &El, message: &str, shown: RwSignal<usize>, bytes: usize) {
    let mut from = shown.get_untracked();
    let end = from + bytes;
    while from < end.min(message.len()) {
        let mut to = message.ceil_char_boundary(from + PART_SIZE);
        if to < message.len()
            && let Some(line_end) = message[from..to].rfind('\n')
        {
            to = from + line_end + 1;
        }
        let text = message[from..to].strip_suffix('\n').unwrap_or(&message[from..to]);
        let part = el("span").child(format::block(text));
        let _ = parent.get::<Element>().append_child(&part.get::<Element>());
        from = to;
    }
    shown.set(from);
}
