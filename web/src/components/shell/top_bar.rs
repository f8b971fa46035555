use leptos::{ev, prelude::*};

use super::{
    command_palette::CommandPalette, data_age::DataAge, profile_menu::ProfileMenu, screen_links::ScreenLinks,
    shortcuts_dialog::ShortcutsDialog, theme_button::ThemeButton,
};
use crate::{
    components::Icon,
    state::Jobs,
    text::t,
    utils::{
        effects::on_window_event,
        focus::{has_dialog, is_typing},
    },
};

/// Renders the bar above all screens, and the dialogs that it and the keyboard open.
#[component]
pub fn TopBar() -> impl IntoView {
    let (is_palette_open, are_shortcuts_open) = (RwSignal::new(false), RwSignal::new(false));
    on_window_event(ev::keydown, move |event| {
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            if !has_dialog() {
                is_palette_open.set(true);
            }
        } else if key == "?" && !is_typing(&event) {
            are_shortcuts_open.set(true);
        }
    });
    // Only a session has jobs.
    let jobs = use_context::<Jobs>();
    view! {
        <header class="top-bar">
            <a class="brand" href="#/">
                "txjobs"
            </a>
            {jobs.map(|_| view! { <ProfileMenu /> })}
            {jobs.map(|_| view! { <ScreenLinks /> })}
            <span class="spacer"></span>
            // The style sheet adds the key, which would otherwise be part of the accessible name.
            <button
                type="button"
                class="search-button"
                aria-label=t("Search or jump")
                aria-keyshortcuts="Control+K"
                on:click=move |_| is_palette_open.set(true)
            >
                <Icon name="find" />
                <span class="hide-on-tablet">{t("Search or jump")}</span>
                <kbd class="hide-on-tablet"></kbd>
            </button>
            <span class="spacer hide-on-phone"></span>
            {jobs.map(|jobs| view! { <DataAge jobs /> })}
            <ThemeButton />
            <a class="icon-button" href="#/settings" aria-label=t("Settings") title=t("Settings")>
                <Icon name="gear" />
            </a>
        </header>
        <CommandPalette is_open=is_palette_open are_shortcuts_open />
        <ShortcutsDialog is_open=are_shortcuts_open />
    }
}
