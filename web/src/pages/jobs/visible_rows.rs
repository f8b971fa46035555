//! The rows of the job table that are on the screen.

use leptos::{ev, html, prelude::*};

use super::list_state::ListState;
use crate::utils::{
    css,
    effects::{effect, on_window_event},
    virtual_rows::{Rows, Window},
};

/// Upper bound of the list length. The visible range depends only on the scroll position; the table cuts it to the
/// length of the list.
const MAX_ROWS: usize = 200_000;
/// Rows rendered beyond each edge of the screen. They are few, because each has about twelve elements.
const OVERSCAN: usize = 4;
/// Number of rows before the first measurement.
const FIRST_ROWS: usize = 24;

/// The rows to render and their height.
#[derive(Clone, Copy, Debug)]
pub(super) struct VisibleRows {
    pub(super) window: RwSignal<Window>,
    /// In pixels.
    pub(super) row_height: RwSignal<f64>,
}

impl VisibleRows {
    /// Follows the scroll position and the size of the page.
    pub(super) fn observe(list: ListState, body: NodeRef<html::Tbody>) -> Self {
        let rows = Self {
            window: RwSignal::new(Window { first: 0, last: FIRST_ROWS, top: 0.0 }),
            row_height: RwSignal::new(32.0),
        };
        let measure = move || rows.measure(list, body);
        // Reading the row height is slow and it changes only with the window size.
        let measure_with_height = move || {
            rows.row_height.set(css::pixels("--row-height", 32));
            measure();
        };
        effect(move || {
            if body.get().is_some() {
                measure_with_height();
            }
        });
        on_window_event(ev::scroll, move |_| measure());
        on_window_event(ev::resize, move |_| measure_with_height());
        rows
    }

    fn measure(self, list: ListState, body: NodeRef<html::Tbody>) {
        let Some(body) = body.get_untracked() else { return };
        let page_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
        // The list is visible below its header.
        let top = body.get_bounding_client_rect().top();
        let row_height = self.row_height.get_untracked();
        let rows = Rows { count: MAX_ROWS, row_height, viewport: page_height - top.max(0.0) };
        let new = rows.window_with_overscan(-top, OVERSCAN);
        let old = self.window.get_untracked();
        if (new.first, new.last) != (old.first, old.last) {
            self.window.set(new);
        }
        let visible = new.first..new.last;
        if list.visible.with_untracked(|old| *old != visible) {
            list.visible.set(visible);
        }
    }
}
