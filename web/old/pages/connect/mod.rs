//! The connect screen: selects a server and its key.

mod advanced_fields;
mod attempt;
mod fields;
mod form;
mod inputs;
mod unlock;

use self::{form::form, unlock::unlock_form};
use crate::{
    dom::{El, IntoView, button, el},
    model::config::Preset,
    profiles::profile::Profile,
    reactive::{Memo, RwSignal},
    state::{App, app},
    utils::browser,
};

/// Renders the connect screen. It appears for any link while there is no connection.
pub fn connect_page(preset: Preset) -> El {
    browser::set_title("Connect · txjobs");
    let app = app();
    let subtitle = move || match app.was_auto_locked.get() {
        true => "Locked because the page was idle.",
        false => "Start TimeXtender jobs, follow their runs and read their logs.",
    };
    let header = el("div")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Connect to a server"))
        .child(el("p").class("muted").attr("role", "status").child(subtitle));
    // Whether to show the connect form for a profile with a remembered key.
    let uses_other_key = RwSignal::new(false);
    // A memo, so that reading the vault does not replace the form while the user types.
    let is_locked = Memo::new(move || {
        let id = app.profile.with(Profile::id);
        // Untracked, because the form that unlocks the vault must stay to show the progress.
        let is_remembered =
            app.remembered.with(|ids| ids.contains(&id)) && !app.is_vault_unlocked.get_untracked();
        is_remembered && !uses_other_key.get()
    });
    let body = move || {
        let profile = app.profile.get();
        if is_locked.get() {
            unlock_form(app, profile, uses_other_key).into_view()
        } else {
            form(app, profile, &preset).into_view()
        }
    };
    let card =
        el("div").class("card").child(header).child(move || profile_choices(app, uses_other_key)).child(body);
    el("main").child(card)
}

/// Renders the choice between known profiles and a new one.
fn profile_choices(app: App, uses_other_key: RwSignal<bool>) -> Option<El> {
    let profiles = app.profiles.get();
    if profiles.len() < 2 && profiles.iter().all(|profile| app.profile.with(|selected| selected == profile)) {
        return None;
    }
    let select = move |profile: Profile| {
        uses_other_key.set(false);
        app.profile.set(profile);
    };
    let profile_button = |profile: Profile| {
        let id = profile.id();
        let is_selected = move || app.profile.with(|selected| selected.id() == id).to_string();
        let swatch = el("span").class(format!("swatch {}", profile.color.name()));
        let name = el("bdi").child(profile.title());
        button("choice", move || select(profile.clone()))
            .attr("aria-pressed", is_selected)
            .child(swatch)
            .child(name)
    };
    let new = button("choice", move || select(Profile::default())).child("New…");
    let all: Vec<_> = profiles.into_iter().map(profile_button).chain([new]).collect();
    Some(el("div").class("choices").attr("role", "group").attr("aria-label", "Profile").child(all))
}
