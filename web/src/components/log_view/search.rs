//! The search field of a log, with the number of matches and navigation between them.

use leptos::{ev, html, prelude::*};

use super::view_state::LogViewState;
use crate::{
    components::{Icon, Show},
    log::Log,
    text,
    text::{t, tf},
    utils::{effects::on_window_event, focus::is_typing},
};

/// Renders the search field.
#[component]
pub(super) fn SearchField() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let field = NodeRef::<html::Input>::new();
    let search = move |event| {
        let text = event_target_value(&event);
        state.log.update(|log| log.search(&text));
        // Go to the current line if it matches, or else to the next match.
        let before = state.current.get_untracked().and_then(|line| line.checked_sub(1));
        if let Some(line) = state.log.with_untracked(|log| log.match_from(before, true)) {
            show_match(state, line);
        }
    };
    let clear = move || {
        if let Some(field) = field.get_untracked() {
            field.set_value("");
            let _ = field.blur();
        }
        state.log.update(|log| log.search(""));
    };
    let handle_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => go_to_match(state, !event.shift_key()),
        "ArrowDown" | "ArrowUp" => {
            event.prevent_default();
            go_to_match(state, event.key() == "ArrowDown");
        }
        "Escape" => clear(),
        _ => {}
    };
    on_window_event(ev::keydown, move |event| {
        if event.key() == "/" && !is_typing(&event) {
            event.prevent_default();
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
                field.select();
            }
        }
    });
    view! {
        <span class="search-box">
            <Icon name="find" />
            <input
                node_ref=field
                class="field"
                type="text"
                placeholder=t("Search log")
                aria-label=t("Search log")
                spellcheck="false"
                autocomplete="off"
                enterkeyhint="search"
                on:input=search
                on:keydown=handle_key
            />
            <kbd aria-hidden="true" class="hide-on-phone">
                "/"
            </kbd>
        </span>
    }
}

/// Renders the number of matches and the buttons that go from one to the next.
#[component]
pub(super) fn SearchResult() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let is_active = Memo::new(move |_| state.log.with(|log| log.search_state().is_active()));
    let result = move || state.log.with(|log| result_of(log, state.current.get()));
    view! {
        <Show when=move || is_active.get()>
            <span class="muted match-count" role="status">
                {move || result()}
            </span>
            <button
                type="button"
                class="icon-button"
                aria-label=t("Previous match")
                title=t("Previous match (Shift Enter)")
                on:click=move |_| go_to_match(state, false)
            >
                <Icon name="up" />
            </button>
            <button
                type="button"
                class="icon-button"
                aria-label=t("Next match")
                title=t("Next match (Enter)")
                on:click=move |_| go_to_match(state, true)
            >
                <Icon name="down" />
            </button>
        </Show>
    }
}

/// Goes to the next or previous match.
fn go_to_match(state: LogViewState, forward: bool) {
    let line = state.log.with_untracked(|log| log.match_from(state.current.get_untracked(), forward));
    if let Some(line) = line {
        show_match(state, line);
    }
}

/// Goes to a line and shows its first match. A match beyond the characters of a row is shown in the full text.
fn show_match(state: LogViewState, line: usize) {
    state.go_to_line(line);
    if state.log.with_untracked(|log| log.is_match_in_row(line)) {
        // The row and its mark are rendered in the next frame.
        request_animation_frame(move || scroll_to_mark(state));
    } else {
        state.selection_anchor.set(None);
        state.open_line.set(Some(line));
    }
}

/// Scrolls until the first match in the current line is visible. It can be far to the right, or far down in a wrapped row.
fn scroll_to_mark(state: LogViewState) {
    let Some(log) = state.scroll_element.try_get_untracked().flatten() else { return };
    let Ok(Some(mark)) = log.query_selector(".current mark") else { return };
    let (bounds, mark) = (log.get_bounding_client_rect(), mark.get_bounding_client_rect());
    let (left, top) = (mark.left() - bounds.left(), mark.top() - bounds.top());
    let (width, height) = (f64::from(log.client_width()), f64::from(log.client_height()));
    if left + mark.width() > width {
        log.set_scroll_left((left - width / 3.0) as i32);
    }
    if top < 0.0 || top + mark.height() > height {
        state.scroll_by(top - height / 3.0);
    }
}

/// Returns the number of matches, for example `2 of 7, 3 hidden`.
fn result_of(log: &Log, current: Option<usize>) -> String {
    let shown = log.matches().count();
    let hidden = log.search_state().lines().len() - shown;
    let position = current.and_then(|line| log.matches().position(|other| other == line));
    let mut text = match position {
        Some(at) => tf!("{number} of {count}", number = text::count(at + 1), count = text::count(shown)),
        None if shown == 0 => t("no matches").to_owned(),
        None => tf!("{count} found", count = text::count(shown)),
    };
    if hidden > 0 {
        text.push_str(&tf!(", {count} hidden", count = text::count(hidden)));
    }
    text
}
