//! The profile menu: the connected server and a menu to switch to another one.

use leptos::prelude::*;

use crate::{
    components::{Icon, Show},
    profiles::profile::Profile,
    state::Connection,
    text::t,
    utils::address,
};

/// Renders the button with the server and its menu. Switching the profile keeps the screen.
#[component]
pub(super) fn ProfileMenu() -> impl IntoView {
    let connection = expect_context::<Connection>();
    let profile = connection.profile;
    let base =
        move || connection.session.with(|session| session.as_ref().map(|session| session.base.clone()));
    view! {
        <button type="button" class="profile-button" popovertarget="profile-menu" title=move || base()>
            <span class="visually-hidden">{t("Profile: ")}</span>
            <bdi>{move || profile.with(Profile::title)}</bdi>
            <Show when=move || profile.with(|profile| profile.is_production)>
                <b class="production-tag">{t("production")}</b>
            </Show>
            <Icon name="down" />
        </button>
        <div id="profile-menu" class="profile-menu" popover="auto">
            {move || {
                let item = |profile| view! { <Item profile /> };
                connection.profiles.get().into_iter().map(item).collect_view()
            }}
            <hr />
            <MenuButton on_click=move || connection.switch(Profile::default())>
                {t("Add a profile…")}
            </MenuButton>
            <MenuButton on_click=|| address::navigate("#/settings")>{t("Profiles and keys…")}</MenuButton>
        </div>
    }
}

/// Renders a menu item that closes the menu.
#[component]
fn MenuButton(
    on_click: impl Fn() + 'static,
    #[prop(optional, into)] is_current: Signal<bool>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            popovertarget="profile-menu"
            popovertargetaction="hide"
            aria-current=move || is_current.get().then_some("true")
            on:click=move |_| on_click()
        >
            {children()}
        </button>
    }
}

/// Renders a menu item that switches to a profile.
#[component]
fn Item(profile: Profile) -> impl IntoView {
    let connection = expect_context::<Connection>();
    let id = profile.id();
    let is_current = Signal::derive(move || connection.profile.with(|current| current.id() == id));
    let is_production = profile.is_production;
    let (swatch, title, domain) =
        (format!("swatch {}", profile.color.name()), profile.title(), profile.domain.clone());
    view! {
        <MenuButton is_current on_click=move || connection.switch(profile.clone())>
            <span class=swatch></span>
            <span class="stacked">
                <bdi>{title}</bdi>
                <bdi class="muted">{domain}</bdi>
            </span>
            {is_production.then(|| view! { <b class="production-tag">{t("production")}</b> })}
        </MenuButton>
    }
}
