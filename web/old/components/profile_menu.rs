//! The profile menu: the connected server and a menu to switch to another one.

use crate::{
    components::icon::icon,
    dom::{El, IntoView, View, button, el},
    profiles::profile::Profile,
    state::{App, app},
    utils::browser,
};

/// Renders the menu. Switching the profile keeps the screen.
pub fn profile_menu() -> View {
    let app = app();
    let title = move || app.profile.with(Profile::title);
    let base = move || app.session.with(|session| session.as_ref().map(|session| session.base.clone()));
    let is_production = move || app.profile.with(|profile| profile.is_production);
    let toggle = el("button")
        .attr("type", "button")
        .class("profile-button")
        .attr("popovertarget", "profile-menu")
        .attr("title", base)
        .child(el("span").class("visually-hidden").child("Profile: "))
        .child(el("bdi").child(title))
        .child(move || is_production().then(|| el("b").class("production-tag").child("production")))
        .child(icon("down"));
    let items = move || {
        let items: Vec<_> = app.profiles.get().into_iter().map(|profile| item(app, profile)).collect();
        items
    };
    let add = menu_button("Add a profile…", move || app.switch(Profile::default()));
    let settings = menu_button("Profiles and keys…", || browser::navigate("#/settings"));
    let menu = el("div")
        .attr("id", "profile-menu")
        .class("profile-menu")
        .attr("popover", "auto")
        .child(items)
        .child(el("hr"))
        .child([add, settings]);
    (toggle, menu).into_view()
}

/// Renders a menu item that closes the menu.
fn menu_button(label: &'static str, on_click: impl FnMut() + 'static) -> El {
    closing_menu(button("", on_click)).child(label)
}

fn closing_menu(button: El) -> El {
    button.attr("popovertarget", "profile-menu").attr("popovertargetaction", "hide")
}

fn item(app: App, profile: Profile) -> El {
    let id = profile.id();
    let is_current = move || app.profile.with(|chosen| chosen.id() == id).then_some("true");
    let swatch = el("span").class(format!("swatch {}", profile.color.name()));
    let mark = profile.is_production.then(|| el("b").class("production-tag").child("production"));
    let domain = el("bdi").class("muted").child(profile.domain.clone());
    let name = el("bdi").child(profile.title());
    closing_menu(button("", move || app.switch(profile.clone())))
        .attr("aria-current", is_current)
        .child(swatch)
        .child(el("span").class("stacked").child(name).child(domain))
        .child(mark)
}
