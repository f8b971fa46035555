//! The settings screen: connection and appearance.

mod appearance;
mod choices;
mod connection;

use leptos::prelude::*;
use leptos_meta::Title;

use self::{appearance::AppearancePanel, connection::ConnectionPanel};

/// Renders the settings screen.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <Title text="Settings · txjobs" />
        <main>
            <div class="settings">
                <h1 id="title" tabindex="-1">
                    "Settings"
                </h1>
                <ConnectionPanel />
                <AppearancePanel />
            </div>
        </main>
    }
}
