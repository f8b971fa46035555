//! The severity map beside the scroll bar of a log.

use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::log_view_state::LogViewState;
use crate::{
    dom::{El, el},
    log::{Level, Log},
    reactive::{Memo, RwSignal},
    utils::virtual_rows::Rows,
};

/// Number of parts of the map.
const PARTS: usize = 200;

/// Renders the positions of warnings and errors and the visible part of the log. A click scrolls there.
pub(super) fn severity_map(log: RwSignal<Log>, view_state: LogViewState, rows: Memo<Rows>) -> El {
    let marks = Memo::new(move || log.with(|log| (log.severity_map(PARTS), PARTS.min(log.rows()).max(1))));
    // Whole numbers only, because formatting floats adds kilobytes to the program.
    let percent = |part: f64| {
        let thousandths = (part * 1000.0) as i64;
        format!("{}.{}%", thousandths / 10, thousandths % 10)
    };
    let top = move || percent(view_state.scroll.get() / rows.get().height().max(1.0));
    let height = move || percent((rows.get().viewport / rows.get().height().max(1.0)).min(1.0));
    let jump = move |event: MouseEvent| {
        let Some(map) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let area = map.get_bounding_client_rect();
        let part = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        let rows = rows.get_untracked();
        view_state.is_pinned.set(false);
        view_state.scroll_to(part * rows.height() - rows.viewport / 2.0);
    };
    let marks = move || {
        marks.with(|(marks, parts)| {
            let mark = |(part, level): &(usize, Level)| {
                let top = percent(*part as f64 / *parts as f64);
                el("i").class_if("error", *level == Level::Error).style("top", top)
            };
            marks.iter().map(mark).collect::<Vec<_>>()
        })
    };
    // Hidden from screen readers; the keys n and p go to the same lines.
    el("div")
        .class("severity-map")
        .attr("aria-hidden", "true")
        .on("click", jump)
        .child(el("span").class("visible-part").style("top", top).style("height", height))
        .child(marks)
}
