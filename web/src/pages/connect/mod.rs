//! The connect screen: selects a server and its key.

mod advanced_fields;
mod attempt;
mod attempt_view;
mod connect_form;
mod demo;
mod domain_field;
mod fields;
mod inputs;
mod profile_choices;
mod remember_option;
mod unlock_form;

use leptos::prelude::*;
use leptos_meta::Title;

use self::{connect_form::ConnectForm, profile_choices::ProfileChoices, unlock_form::UnlockForm};
use crate::{profiles::profile::Profile, state::Connection, text::t};

/// Renders the connect screen. It appears for any link while there is no connection.
#[component]
pub fn ConnectPage() -> impl IntoView {
    let connection = expect_context::<Connection>();
    let vault = connection.vault;
    let subtitle = move || match vault.was_auto_locked.get() {
        true => t("Locked because the page was idle."),
        false => t("Start TimeXtender jobs, follow their runs and read their logs."),
    };
    // Whether to show the connect form for a profile with a remembered key.
    let uses_other_key = RwSignal::new(false);
    // A memo, so that reading the vault does not replace the form while the user types.
    let is_locked = Memo::new(move |_| {
        let id = connection.profile.with(Profile::id);
        // Untracked, because the form that unlocks the vault must stay to show the progress.
        let is_remembered =
            vault.remembered.with(|ids| ids.contains(&id)) && !vault.is_unlocked.get_untracked();
        is_remembered && !uses_other_key.get()
    });
    let form = move || {
        let profile = connection.profile.get();
        match is_locked.get() {
            true => view! { <UnlockForm profile uses_other_key /> }.into_any(),
            false => view! { <ConnectForm profile /> }.into_any(),
        }
    };
    let warning = connection.preset.with_value(|preset| preset.warning.clone());
    view! {
        <Title text=t("Connect · txjobs") />
        <main>
            <div class="card">
                <div>
                    <h1 id="title" tabindex="-1">
                        {t("Connect to a server")}
                    </h1>
                    <p class="muted" role="status">
                        {move || subtitle()}
                    </p>
                </div>
                {warning.map(|text| view! { <p class="production">{text}</p> })}
                <ProfileChoices on_select=move |_| uses_other_key.set(false) />
                {move || form()}
            </div>
        </main>
    }
}
