//! The command palette: finds jobs, screens, profiles and commands by a few letters.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::palette_entry::{Entry, Palette};
use crate::{
    components::{Icon, Show, dialogs::Modal},
    text::t,
    utils::effects::effect,
};

/// Renders the dialog, which Ctrl+K opens.
#[component]
pub(super) fn CommandPalette(is_open: RwSignal<bool>, are_shortcuts_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Modal
            is_open
            on_close=move || is_open.set(false)
            id="palette"
            class="palette"
            label=t("Search or jump")
        >
            // The content is new whenever the dialog opens, so that the field is empty.
            <Show when=move || is_open.get()>
                <Search is_open are_shortcuts_open />
            </Show>
        </Modal>
    }
}

/// Renders the field and the matches.
#[component]
fn Search(is_open: RwSignal<bool>, are_shortcuts_open: RwSignal<bool>) -> impl IntoView {
    let palette = Palette::new(are_shortcuts_open);
    let (typed, selected) = (RwSignal::new(String::new()), RwSignal::new(0_usize));
    let entries = Memo::new(move |_| typed.with(|typed| palette.find(typed)));
    let choose = move |index: usize| {
        let entry = entries.with_untracked(|entries| entries.get(index).cloned());
        is_open.set(false);
        if let Some(entry) = entry {
            palette.run(entry);
        }
    };
    let press = move |event: KeyboardEvent| {
        let last = entries.with_untracked(Vec::len).saturating_sub(1);
        let current = selected.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => selected.set(if current >= last { 0 } else { current + 1 }),
            "ArrowUp" => selected.set(if current == 0 { last } else { current - 1 }),
            "Enter" => choose(current),
            _ => return,
        }
        event.prevent_default();
    };
    let options = move || {
        let option = |(index, entry)| {
            let is_selected = Signal::derive(move || selected.get() == index);
            view! { <Match index entry is_selected on_choose=move || choose(index) /> }
        };
        entries.get().into_iter().enumerate().map(option).collect_view()
    };
    view! {
        <span class="search-box">
            <Icon name="find" />
            <input
                type="text"
                class="field"
                role="combobox"
                aria-label=t("Search or jump")
                aria-expanded="true"
                aria-controls="palette-options"
                aria-activedescendant=move || format!("palette-option-{}", selected.get())
                placeholder=t("A job, a screen, a profile…")
                autocomplete="off"
                spellcheck="false"
                autofocus
                on:input:target=move |event| {
                    typed.set(event.target().value());
                    selected.set(0);
                }
                on:keydown=press
            />
        </span>
        <div id="palette-options" role="listbox" aria-label=t("Matches")>
            {move || options()}
        </div>
        <div role="status">
            <Show when=move || entries.with(Vec::is_empty)>
                <p class="muted">{t("No matches.")}</p>
            </Show>
        </div>
    }
}

/// Renders a match. It scrolls into view when it is selected.
#[component]
fn Match(
    index: usize,
    entry: Entry,
    is_selected: Signal<bool>,
    on_choose: impl Fn() + 'static,
) -> impl IntoView {
    let element = NodeRef::<leptos::html::Div>::new();
    effect(move || {
        if let Some(element) = element.get()
            && is_selected.get()
        {
            element.scroll_into_view_with_bool(false);
        }
    });
    view! {
        <div
            node_ref=element
            role="option"
            id=format!("palette-option-{index}")
            aria-selected=move || is_selected.get().to_string()
            on:click=move |_| on_choose()
        >
            <bdi>{entry.name}</bdi>
            <span class="muted">{entry.kind}</span>
        </div>
    }
}
