//! Printing a log. The log view renders only the visible lines, so the lines to print are rendered separately.

use web_sys::{Element, Event};

use super::log_view_state::LogViewState;
use crate::{
    dom::{El, el, on_window},
    log::{LineRange, LineView, Log, export::ExportFormat},
    model::format,
    reactive::RwSignal,
};

/// Maximum number of printed lines, about forty pages.
const MAX_LINES: usize = 2_000;
/// Maximum printed size of a line in bytes.
const MAX_LINE_BYTES: usize = 4_000;
/// Maximum size of the printed text in bytes.
const MAX_TOTAL_BYTES: usize = 1 << 20;

/// Renders the lines while the browser prints: the selected lines, or all shown lines without a selection.
pub fn log_print(log: RwSignal<Log>, view_state: LogViewState) -> El {
    let container = el("div").class("print-log");
    let before: Element = container.get();
    let after = before.clone();
    on_window("beforeprint", move |_: Event| {
        let range = view_state.selection_anchor.get_untracked().zip(view_state.current.get_untracked());
        let range = range.map(|(one, other)| LineRange::between(one, other)).filter(|range| range.len() > 1);
        let (description, text) = log.with_untracked(|log| print_lines(log, range));
        before.set_text_content(None);
        for part in [el("p").child(description), el("pre").child(text)] {
            let _ = before.append_child(&part.get::<Element>());
        }
    });
    on_window("afterprint", move |_: Event| after.set_text_content(None));
    container
}

/// Returns a description of the printed lines, and their text.
fn print_lines(log: &Log, range: Option<LineRange>) -> (String, String) {
    let (first, end) =
        range.map_or((0, log.rows()), |range| (log.row_of(range.first), log.row_of(range.last + 1)));
    let mut text = String::new();
    let mut row = first;
    while row < end && row - first < MAX_LINES && text.len() < MAX_TOTAL_BYTES {
        let Some(line) = log.line_of(row) else { break };
        if let Some(view) = log.line(line) {
            text.push_str(&format!("{:>7}  ", line + 1));
            let message = &view.message[..view.message.ceil_char_boundary(MAX_LINE_BYTES)];
            ExportFormat::Text.write_line(&mut text, line, &LineView { message, ..view }, false);
            if message.len() < view.message.len() {
                text.pop();
                text.push_str("…\n");
            }
        }
        row += 1;
    }
    let all = format::plural(log.len(), "line");
    let (printed, total) = (format::plural(row - first, "line"), format::count(end - first));
    let description = match (row < end, range, log.is_filtered()) {
        (true, ..) => {
            format!("The first {printed} of {total}, from a log of {all}. Select lines to print other ones.")
        }
        (false, Some(_), _) => format!("{printed} selected from a log of {all}."),
        (false, None, true) => format!("{printed} with the selected severities, from a log of {all}."),
        (false, None, false) => format!("Complete log of {all}."),
    };
    (format!("{description} Times are in UTC."), text)
}
