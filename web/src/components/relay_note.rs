//! The way to a server that does not allow this page: a relay.

use leptos::prelude::*;

use super::copy_button::CopyButton;
use crate::{
    state::Connection,
    text::{t, tf},
    utils::focus::focus,
};

/// The page of the documentation about relays.
const GUIDE: &str = "docs/guides/get-a-browser-past-cors.md";

/// Renders what helps if the browser blocks a server: a relay of `config.json`, or else how to start one. `base` is the base URL
/// of the server. Unless this `is_attempt` to connect, the server has responded before and needs no new relay.
#[component]
pub(super) fn RelayNote(base: String, is_attempt: bool) -> impl IntoView {
    let connection = expect_context::<Connection>();
    match connection.relay_to(&base) {
        Some(relay) => {
            let text = tf!(
                "{name} relays to this server, so that this page can use it. It needs its own key.",
                name = relay.title()
            );
            let switch = move |_| {
                // The key of the other server stays nowhere.
                connection.disconnect();
                connection.switch(relay.clone());
                // The form of the relay is rendered before the next frame.
                request_animation_frame(|| focus("key"));
            };
            view! {
                <div>{text}</div>
                <button type="button" class="button" on:click=switch>
                    {t("Use the relay")}
                </button>
            }
            .into_any()
        }
        None if !is_attempt => ().into_any(),
        None => {
            let lines = settings(&base);
            let more = tf!("The other steps are in the documentation of txjobs: {page}", page = GUIDE);
            view! {
                <div>{t("A gateway on your own machine can relay to this server. Add to its gateway.toml:")}</div>
                <pre class="code">{lines.clone()}</pre>
                <CopyButton text=move || lines.clone() />
                <div>{more}</div>
            }
            .into_any()
        }
    }
}

/// Returns the settings of a relay in gateway.toml. A base URL contains no quotation marks.
fn settings(base: &str) -> String {
    format!("[relay]\nupstream = \"{base}\"\nkey_env = \"SERVICE_KEY\"")
}
