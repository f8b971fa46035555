//! Printing a log. The log view renders only the visible lines, so the lines to print are rendered separately.

use web_sys::{Element, Event};

use super::log_place::Place;
use crate::{
    dom::{El, el, on_window},
    format,
    log::{LineView, Log, Range, export::Form},
    reactive::RwSignal,
};

/// Maximum number of printed lines, about forty pages.
const MOST: usize = 2_000;
/// Maximum printed size of a line in bytes.
const LONGEST_LINE: usize = 4_000;
/// Maximum size of the printed text in bytes.
const LONGEST: usize = 1 << 20;

/// Renders the lines while the browser prints: the selected lines, or all shown lines without a selection.
pub fn log_print(log: RwSignal<Log>, place: Place) -> El {
    let printed = el("div").class("printed");
    let before: Element = printed.get();
    let after = before.clone();
    on_window("beforeprint", move |_: Event| {
        let range = place.anchor.get_untracked().zip(place.here.get_untracked());
        let range = range.map(|(one, other)| Range::between(one, other)).filter(|range| range.len() > 1);
        let (words, text) = log.with_untracked(|log| lines(log, range));
        before.set_text_content(None);
        for part in [el("p").child(words), el("pre").child(text)] {
            let _ = before.append_child(&part.get::<Element>());
        }
    });
    on_window("afterprint", move |_: Event| after.set_text_content(None));
    printed
}

/// Returns a description of the printed lines, and their text.
fn lines(log: &Log, range: Option<Range>) -> (String, String) {
    let (first, end) =
        range.map_or((0, log.rows()), |range| (log.row_of(range.first), log.row_of(range.last + 1)));
    let mut text = String::new();
    let mut row = first;
    while row < end && row - first < MOST && text.len() < LONGEST {
        let Some(line) = log.line_of(row) else { break };
        if let Some(view) = log.line(line) {
            text.push_str(&format!("{:>7}  ", line + 1));
            let message = &view.message[..view.message.ceil_char_boundary(LONGEST_LINE)];
            Form::Text.line(&mut text, line, &LineView { message, ..view }, false);
            if message.len() < view.message.len() {
                text.pop();
                text.push_str("…\n");
            }
        }
        row += 1;
    }
    let all = format::plural(log.len(), "line");
    let (printed, wanted) = (format::plural(row - first, "line"), format::count(end - first));
    let of = match (row < end, range, log.is_filtered()) {
        (true, ..) => {
            format!("The first {printed} of {wanted}, from a log of {all}. Select lines to print other ones.")
        }
        (false, Some(_), _) => format!("{printed} selected from a log of {all}."),
        (false, None, true) => format!("{printed} with the selected severities, from a log of {all}."),
        (false, None, false) => format!("Complete log of {all}."),
    };
    (format!("{of} Times are in UTC."), text)
}
