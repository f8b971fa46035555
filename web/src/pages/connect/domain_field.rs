//! The field for the domain of the server.

use leptos::prelude::*;
use txjobs_sdk::paths;

use super::{fields::Fields, inputs::TextField};
use crate::{
    components::Show,
    model::domain,
    profiles::profile::Profile,
    state::Connection,
    text::{t, tf},
    utils::{address, focus::focus},
};

/// Renders the field with a hint for users without a server and for users of a server on their own machine.
#[component]
pub(super) fn DomainField(fields: Fields) -> impl IntoView {
    let use_local = move |_| {
        fields.domain.set(paths::LOCAL_GATEWAY_URL.to_owned());
        focus("key");
    };
    let local_hint = move || {
        let is_local = fields.domain.with(|entered| domain::is_this_machine(entered.trim()));
        if address::is_https() && is_local { domain::local_network_hint() } else { "" }
    };
    let connection = expect_context::<Connection>();
    let relay_hint = Memo::new(move |_| {
        let base = Profile { domain: fields.domain.get(), ..Profile::default() }.base().ok()?;
        let service = connection.service_behind(&base)?;
        Some(tf!("This server relays to {server}.", server = domain::without_scheme(&service)))
    });
    let is_empty = Memo::new(move |_| fields.domain.with(|domain| domain.trim().is_empty()));
    view! {
        <TextField
            id="domain"
            label=t("Domain")
            value=fields.domain
            error=fields.domain_error
            placeholder="api.example.com"
            inputmode="url"
        >
            <span id="domain-hint" class="hint">
                {move || local_hint()}
                {move || relay_hint.get()}
                <Show when=move || is_empty.get()>
                    {t("A host or a URL, with its path prefix if it has one. No server yet? ")}
                    <button type="button" class="link plain" on:click=use_local>
                        {t("Use a gateway on this machine")}
                    </button>
                </Show>
            </span>
        </TextField>
    }
}
