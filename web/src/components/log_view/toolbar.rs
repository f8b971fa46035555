//! The toolbar above a log: severity filter, search, error navigation, wrapping and export.

use leptos::{ev, prelude::*};

use super::{
    export_menu::ExportMenu,
    search::{SearchField, SearchResult},
    view_state::LogViewState,
};
use crate::{
    components::{Icon, Show},
    log::{Level, Log},
    state::Preferences,
    text,
    text::{t, tf},
    utils::{effects::on_window_event, focus::is_typing},
};

/// Renders the toolbar and handles its keyboard shortcuts (`n`, `p` and `w`).
#[component]
pub fn LogToolbar() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let preferences = expect_context::<Preferences>();
    let wraps_lines = preferences.wraps_lines;
    let toggle_wrap = move || wraps_lines.set(!wraps_lines.get_untracked());
    on_window_event(ev::keydown, move |event| {
        if !is_typing(&event) {
            match event.key().as_str() {
                "n" => go_to_error(state, true),
                "p" => go_to_error(state, false),
                "w" => toggle_wrap(),
                _ => {}
            }
        }
    });
    view! {
        <div class="bar log-toolbar" role="group" aria-label=t("Log tools")>
            <SeverityFilter />
            <SearchField />
            <SearchResult />
            <ErrorNavigation />
            <span class="spacer"></span>
            <button
                type="button"
                class="button square"
                aria-label=t("Wrap lines")
                title=t("Wrap lines (w)")
                aria-pressed=move || wraps_lines.get().to_string()
                on:click=move |_| toggle_wrap()
            >
                <Icon name="wrap" />
            </button>
            <ExportMenu />
            <button
                type="button"
                class="button square"
                aria-label=t("Go to the end")
                title=t("Go to the end")
                on:click=move |_| state.go_to_end()
            >
                <Icon name="end" />
            </button>
        </div>
    }
}

/// Renders the severity filter with counts.
#[component]
fn SeverityFilter() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let is_unfiltered = Memo::new(move |_| state.log.with(|log| !log.is_filtered()));
    let count = Memo::new(move |_| state.log.with(Log::len));
    view! {
        <div class="severity-filter" role="group" aria-label=t("Show severities")>
            <button
                type="button"
                aria-pressed=move || is_unfiltered.get().to_string()
                on:click=move |_| state.update_log(Log::show_all)
            >
                {move || tf!("All {count}", count = text::count(count.get()))}
            </button>
            <LevelButton level=Level::Information label=t("information") icon="info" />
            <LevelButton level=Level::Warning label=t("warnings") icon="triangle" />
            <LevelButton level=Level::Error label=t("errors") icon="cross" />
        </div>
    }
}

/// Renders the button that adds a level to the filter or removes it.
#[component]
fn LevelButton(level: Level, label: &'static str, icon: &'static str) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let count = Memo::new(move |_| state.log.with(|log| log.count(level)));
    let is_selected = Memo::new(move |_| state.log.with(|log| log.is_level_selected(level)));
    view! {
        <button
            type="button"
            class=level.label()
            title=label
            aria-label=move || format!("{} {label}", text::count(count.get()))
            aria-pressed=move || is_selected.get().to_string()
            disabled=move || count.get() == 0 && !is_selected.get()
            on:click=move |_| state.update_log(|log| log.toggle(level))
        >
            <Icon name=icon />
            {move || text::count(count.get())}
        </button>
    }
}

/// Renders the buttons that go from error to error, if there are any.
#[component]
fn ErrorNavigation() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let errors = Memo::new(move |_| state.log.with(|log| log.count(Level::Error)));
    let number = Memo::new(move |_| {
        let line = state.current.get()?;
        state.log.with(|log| log.error_number(line))
    });
    let position = move || {
        let at = number.get()?;
        Some(tf!("{number} of {count}", number = text::count(at), count = text::count(errors.get())))
    };
    view! {
        <Show when=move || { errors.get() > 0 }>
            <button type="button" class="button" on:click=move |_| go_to_error(state, true)>
                {t("Next error ")}
                <kbd aria-hidden="true" class="hide-on-phone">
                    "n"
                </kbd>
            </button>
            <button
                type="button"
                class="button square"
                aria-label=t("Previous error")
                title=t("Previous error (p)")
                on:click=move |_| go_to_error(state, false)
            >
                <Icon name="up" />
            </button>
            <span class="muted">{move || position()}</span>
        </Show>
    }
}

fn go_to_error(state: LogViewState, forward: bool) {
    let line = state.log.with_untracked(|log| log.error_from(state.current.get_untracked(), forward));
    let Some(line) = line else { return };
    // Show errors if the filter hides them.
    if state.log.with_untracked(|log| log.is_filtered() && !log.is_level_selected(Level::Error)) {
        state.log.update(|log| log.toggle(Level::Error));
    }
    state.go_to_line(line);
}
