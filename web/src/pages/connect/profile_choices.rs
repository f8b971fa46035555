//! The choice of the server.

use leptos::prelude::*;

use crate::{
    components::{For, Show},
    model::domain::without_scheme,
    profiles::profile::Profile,
    state::Connection,
    text::{t, tf},
};

/// Renders the choice between known profiles and a new one, if there is a choice.
#[component]
pub(super) fn ProfileChoices(#[prop(into)] on_select: Callback<()>) -> impl IntoView {
    let connection = expect_context::<Connection>();
    let has_choice = Memo::new(move |_| {
        connection.profiles.with(|profiles| {
            profiles.len() > 1
                || profiles.iter().any(|profile| connection.profile.with(|selected| selected != profile))
        })
    });
    let select = move |profile: Profile| {
        on_select.run(());
        connection.profile.set(profile);
    };
    view! {
        <Show when=move || has_choice.get()>
            <div class="choices" role="group" aria-label=t("Profile")>
                <For each=move || connection.profiles.get() key=Profile::id let(profile)>
                    <ProfileChoice profile on_select=select />
                </For>
                <button type="button" class="choice" on:click=move |_| select(Profile::default())>
                    {t("New…")}
                </button>
            </div>
        </Show>
    }
}

/// Renders the button that selects a profile.
#[component]
fn ProfileChoice(profile: Profile, #[prop(into)] on_select: Callback<Profile>) -> impl IntoView {
    let connection = expect_context::<Connection>();
    let id = profile.id();
    let is_selected = move || connection.profile.with(|selected| selected.id() == id);
    let swatch = format!("swatch {}", profile.color.name());
    let title = profile.title();
    let relay = connection.service_behind(&profile.base().unwrap_or_default()).map(|service| {
        let text = tf!("relay for {server}", server = without_scheme(&service));
        view! {
            " "
            <small class="muted">{text}</small>
        }
    });
    view! {
        <button
            type="button"
            class="choice"
            aria-pressed=move || is_selected().to_string()
            on:click=move |_| on_select.run(profile.clone())
        >
            <span class=swatch></span>
            <bdi>{title}</bdi>
            {relay}
        </button>
    }
}
