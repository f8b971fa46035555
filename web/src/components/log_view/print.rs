//! Printing a log. The log view renders only the visible lines, so the lines to print are rendered separately.

use leptos::{ev, html, prelude::*};

use super::view_state::LogViewState;
use crate::{
    log::{LineRange, LineView, Log, export::ExportFormat},
    text,
    text::{tf, tn},
    utils::effects::on_window_event,
};

/// Maximum number of printed lines, about forty pages.
const MAX_LINES: usize = 2_000;
/// Maximum printed size of a line in bytes.
const MAX_LINE_BYTES: usize = 4_000;
/// Maximum size of the printed text in bytes.
const MAX_TOTAL_BYTES: usize = 1 << 20;

/// Renders the lines while the browser prints: the selected lines, or all shown lines without a selection.
#[component]
pub fn LogPrint() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let (description, text) = (NodeRef::<html::P>::new(), NodeRef::<html::Pre>::new());
    let set_text = move |new_description: &str, new_text: &str| {
        if let Some((description, text)) = description.get_untracked().zip(text.get_untracked()) {
            description.set_text_content(Some(new_description));
            text.set_text_content(Some(new_text));
        }
    };
    // The browser prints as soon as the handlers return, before signals change the document.
    on_window_event(ev::beforeprint, move |_| {
        let range = untrack(move || state.selection());
        let (description, text) = state.log.with_untracked(|log| print_lines(log, range));
        set_text(&description, &text);
    });
    on_window_event(ev::afterprint, move |_| set_text("", ""));
    view! {
        <div class="print-log">
            <p node_ref=description></p>
            <pre node_ref=text></pre>
        </div>
    }
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
    let all = tn!("{n} line", "{n} lines", log.len());
    let (printed, total) = (tn!("{n} line", "{n} lines", row - first), text::count(end - first));
    let description = match (row < end, range, log.is_filtered()) {
        (true, ..) => tf!(
            "The first {printed} of {total}, from a log of {all}. Select lines to print other ones.",
            printed = printed,
            total = total,
            all = all
        ),
        (false, Some(_), _) => tf!("{printed} selected from a log of {all}.", printed = printed, all = all),
        (false, None, true) => {
            tf!("{printed} with the selected severities, from a log of {all}.", printed = printed, all = all)
        }
        (false, None, false) => tf!("Complete log of {all}.", all = all),
    };
    (tf!("{description} Times are in UTC.", description = description), text)
}
