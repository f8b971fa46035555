//! One row of a log.

use web_sys::{Element, HtmlElement};

use super::{
    icon::icon,
    log_view_state::{LogViewState, row_height},
};
use crate::{
    dom::{El, IntoView, el},
    log::{self, Level, Log, MAX_LINE_CHARS},
    model::format,
    reactive::RwSignal,
    state::app,
};

/// Renders the row of a line with at most [`MAX_LINE_CHARS`] characters of its message.
pub(super) fn row(log: RwSignal<Log>, view_state: LogViewState, line: usize) -> El {
    let app = app();
    log.with_untracked(|log| {
        let Some(view) = log.line(line) else { return el("div") };
        let text = format::one_line(view.message, MAX_LINE_CHARS);
        let segments =
            log.search_state().segments(&text).into_iter().map(|(is_match, segment)| match is_match {
                true => el("mark").child(segment.to_owned()).into_view(),
                false => segment.to_owned().into_view(),
            });
        let (class, shape) = match view.level {
            Level::Information => ("log-line information", "info"),
            Level::Warning => ("log-line warning", "triangle"),
            Level::Error => ("log-line error", "cross"),
            Level::Other => ("log-line unknown", "question"),
        };
        let severity = view.severity.to_string();
        let time = view.time;
        let time_cell = el("time")
            .attr("title", move || time.map(|at| app.zone().exact(at)))
            .child(move || time.map(|at| app.zone().clock(at)));
        let height = (log.columns() > 0).then(|| {
            format!("{}px", (log::height(view.message, log.columns()) as f64 * row_height()) as i64)
        });
        el("div")
            .class(class)
            .class_if("current", move || view_state.current.get() == Some(line))
            .class_if("selected", move || view_state.selection().is_some_and(|range| range.contains(line)))
            .style("height", height)
            .attr("data-line", line.to_string())
            .attr("data-severity", severity.clone())
            .child(el("span").class("line-number").child((line + 1).to_string()))
            .child(time_cell)
            .child(icon(shape))
            .child(el("span").class("visually-hidden").child(severity + " "))
            .child(el("bdi").class("message").child(segments.collect::<Vec<_>>()))
    })
}

/// Renders an invisible row for measuring the position of messages and the width of a character.
pub(super) fn sample() -> El {
    let message = el("bdi").class("message").child("0".repeat(100));
    el("div")
        .class("log-line sample")
        .attr("aria-hidden", "true")
        .child(el("span").class("line-number"))
        .child(el("time"))
        .child(icon("info"))
        .child(message)
}

/// Returns how many characters fit in a row of the log.
pub(super) fn columns(log: &HtmlElement) -> Option<usize> {
    let find = |selector: &str| log.query_selector(selector).ok().flatten();
    let bounds = |element: Element| element.get_bounding_client_rect();
    let (row, message) = (bounds(find(".sample")?), bounds(find(".sample > .message")?));
    let available = f64::from(log.client_width()) - (message.left() - row.left()) - 16.0;
    let char_width = message.width() / 100.0;
    (char_width > 0.0).then(|| ((available / char_width) as usize).max(8))
}
