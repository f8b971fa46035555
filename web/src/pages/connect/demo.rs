//! The offer to open the public demo of a server.

use leptos::prelude::*;
use txjobs_sdk::ApiKey;

use super::fields::Fields;
use crate::{components::Icon, state::Connection, text::t};

/// Renders the offer if `config.json` has a public key and the form is for its first server.
#[component]
pub(super) fn Demo(
    fields: Fields,
    #[prop(into)] pending: Signal<bool>,
    #[prop(into)] on_open: Callback<ApiKey>,
) -> impl IntoView {
    let preset = expect_context::<Connection>().preset;
    let base = fields.original.with_value(crate::profiles::profile::Profile::base);
    let demo_key = preset.with_value(|preset| {
        // The demo key belongs to the first preset server.
        let is_first = preset.profiles.first().is_some_and(|first| first.base() == base);
        preset.demo_key.clone().filter(|_| is_first)
    });
    demo_key.map(|key| {
        let name = fields.name.get_untracked();
        let name = if name.is_empty() { t("demo").to_owned() } else { name };
        view! {
            <section class="demo" aria-label=t("Demo")>
                <p>
                    {t("Try the public demo of this server: ")} <strong><bdi>{name}</bdi></strong>
                    {t(". Its key is public.")}
                </p>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || pending.get()
                    on:click=move |_| on_open.run(key.clone())
                >
                    <Icon name="play" />
                    {t("Open the demo")}
                </button>
            </section>
        }
    })
}
