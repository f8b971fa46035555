use leptos::prelude::*;
use leptos_use_color_mode::ColorMode;

use crate::{
    components::Icon,
    state::{Preferences, THEMES, theme_name},
};

/// Renders the button that switches to the next theme.
#[component]
pub(super) fn ThemeButton() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let theme = preferences.theme;
    let next = Memo::new(move |_| {
        let index = THEMES.iter().position(|other| *other == theme.get()).unwrap_or_default();
        THEMES[(index + 1) % THEMES.len()].clone()
    });
    let label =
        move || format!("Theme: {}. Switch to {}.", theme_name(&theme.get()), theme_name(&next.get()));
    let icon = move || match theme.get() {
        ColorMode::Light => "sun",
        ColorMode::Dark => "moon",
        ColorMode::Auto | ColorMode::Custom(_) => "half",
    };
    view! {
        <button
            type="button"
            class="icon-button theme"
            aria-label=label
            title=label
            on:click=move |_| preferences.set_theme(next.get_untracked())
        >
            <Icon name=Signal::derive(icon) />
        </button>
    }
}
