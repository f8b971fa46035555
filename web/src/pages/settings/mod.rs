//! The settings screen: connection and appearance.

mod appearance;
mod choices;
mod connection;

use leptos::prelude::*;
use leptos_meta::Title;

use self::{appearance::AppearancePanel, connection::ConnectionPanel};
use crate::text::t;

/// Renders the settings screen.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <Title text=t("Settings · txjobs") />
        <main>
            <div class="settings">
                <h1 id="title" tabindex="-1">
                    {t("Settings")}
                </h1>
                <ConnectionPanel />
                <AppearancePanel />
            </div>
        </main>
    }
}
