//! The log of a run: a virtual list of its lines, and the tools around it. All parts share a [`LogViewState`], which the
//! screen provides as a context.

mod announcer;
mod detail;
mod export_menu;
mod input;
mod lines;
mod print;
mod row;
mod search;
mod severity_map;
mod toolbar;
mod view_state;

use announcer::LogAnnouncer;
pub use detail::LogDetail;
use leptos::prelude::*;
use lines::LogLines;
pub use print::LogPrint;
use severity_map::SeverityMap;
pub use toolbar::LogToolbar;
pub use view_state::LogViewState;

use crate::{
    components::{Icon, Show},
    log::Log,
    text::tn,
    utils::{effects::effect, virtual_rows::Rows},
};

/// Renders the lines with the severity map and, if the view is not at the end, a button that shows new lines. `empty`
/// is the text for a log without shown lines.
#[component]
pub fn LogView(label: &'static str, #[prop(into)] empty: Signal<&'static str>) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let count = Memo::new(move |_| state.log.with(Log::height));
    let rows = Memo::new(move |_| Rows {
        count: count.get(),
        row_height: state.row_height,
        viewport: state.viewport_height.get(),
    });
    let new_lines = Memo::new(move |_| state.log.with(Log::len).saturating_sub(state.read_lines.get()));
    let has_unread = move || new_lines.get() > 0 && !state.is_pinned.get();
    stay_at_end(state, count);
    view! {
        <div class="log-frame">
            <LogLines rows label />
            <SeverityMap rows />
            <Show when=move || count.get() == 0>
                <div class="log-empty">{empty}</div>
            </Show>
            <Show when=has_unread>
                <button type="button" class="button primary new-lines" on:click=move |_| state.go_to_end()>
                    <Icon name="end" />
                    {move || tn!("{n} new line", "{n} new lines", new_lines.get())}
                </button>
            </Show>
            <LogAnnouncer />
        </div>
    }
}

/// Scrolls to the end after new lines are rendered, if the view is pinned there.
fn stay_at_end(state: LogViewState, count: Memo<usize>) {
    effect(move || {
        count.track();
        state.viewport_height.track();
        if state.is_pinned.get_untracked() {
            request_animation_frame(move || {
                if state.is_pinned.try_get_untracked() == Some(true) {
                    state.go_to_end();
                    state.read_lines.set(state.log.with_untracked(Log::len));
                }
            });
        }
    });
}
