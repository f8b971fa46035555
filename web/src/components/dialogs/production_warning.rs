use leptos::prelude::*;

use crate::{components::Icon, profiles::profile::Profile, state::Connection, text::t};

/// Renders a warning before a run if the profile is marked as production.
#[component]
pub fn ProductionWarning() -> impl IntoView {
    let connection = expect_context::<Connection>();
    connection.is_production().then(|| {
        view! {
            <p class="production">
                <Icon name="triangle" />
                {t("This is production: ")}
                <bdi>{connection.profile.with_untracked(Profile::title)}</bdi>
            </p>
        }
    })
}
