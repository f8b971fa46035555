use leptos::prelude::*;

use crate::{
    components::Icon,
    state::{Preferences, Theme},
    text::tf,
};

/// Renders the button that switches to the next theme.
#[component]
pub(super) fn ThemeButton() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let theme = preferences.theme;
    let next = Memo::new(move |_| {
        let index = Theme::ALL.iter().position(|other| *other == theme.get()).unwrap_or_default();
        Theme::ALL[(index + 1) % Theme::ALL.len()]
    });
    let label = move || {
        tf!("Theme: {theme}. Switch to {next}.", theme = theme.get().name(), next = next.get().name())
    };
    let icon = move || match theme.get() {
        Theme::Light => "sun",
        Theme::Dark => "moon",
        Theme::Auto => "half",
    };
    view! {
        <button
            type="button"
            class="icon-button theme"
            aria-label=move || label()
            title=move || label()
            on:click=move |_| theme.set(next.get_untracked())
        >
            <Icon name=Signal::derive(icon) />
        </button>
    }
}
