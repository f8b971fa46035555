//! The severity map beside the scroll bar of a log.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::view_state::LogViewState;
use crate::{
    log::{Level, Log},
    utils::{css::percent, virtual_rows::Rows},
};

/// Number of parts of the map.
const PARTS: usize = 200;

/// Renders the positions of warnings and errors and the visible part of the log. A click scrolls there. The map is
/// hidden from screen readers; the keys n and p go to the same lines.
#[component]
pub(super) fn SeverityMap(rows: Memo<Rows>) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let marks = Memo::new(move |_| state.log.with(marks));
    let top = move || percent(state.scroll.get() / rows.get().height().max(1.0));
    let height = move || percent((rows.get().viewport / rows.get().height().max(1.0)).min(1.0));
    let jump = move |event: MouseEvent| {
        let Some(map) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let area = map.get_bounding_client_rect();
        let part = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        let rows = rows.get_untracked();
        state.is_pinned.set(false);
        state.scroll_to(part * rows.height() - rows.viewport / 2.0);
    };
    view! {
        <div class="severity-map" aria-hidden="true" on:click=jump>
            <span class="visible-part" style:top=move || top() style:height=move || height()></span>
            {move || {
                let mark = |(position, level): (f64, Level)| {
                    view! { <i class:error=level == Level::Error style:top=percent(position)></i> }
                };
                marks.get().into_iter().map(mark).collect_view()
            }}
        </div>
    }
}

/// Returns the positions of warnings and errors as fractions of the log.
fn marks(log: &Log) -> Vec<(f64, Level)> {
    let parts = PARTS.min(log.rows()).max(1) as f64;
    log.severity_map(PARTS).into_iter().map(|(part, level)| (part as f64 / parts, level)).collect()
}
