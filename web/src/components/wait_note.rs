//! A note while the server keeps the page waiting.

use leptos::prelude::*;

use super::{control_flow::Show, icon::Icon};
use crate::{
    api::Api,
    state::{Clock, Jobs},
    text::{t, tf},
};

/// A response that takes longer is mentioned, in seconds.
const SLOW_RESPONSE: i64 = 3;

/// Renders a note while the server does not respond or has asked to wait.
#[component]
pub fn WaitNote() -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let clock = expect_context::<Clock>();
    let api = expect_context::<Api>();
    let waiting = Memo::new(move |_| {
        let seconds = (clock.now.get() - jobs.poll_began.get()?) / 1_000;
        // An error note already tells why the data is outdated.
        let has_error = jobs.error.with(Option::is_some);
        (!has_error && seconds >= SLOW_RESPONSE).then_some(seconds)
    });
    let pause = Memo::new(move |_| {
        waiting.track();
        Some(api.remaining_pause().as_secs()).filter(|seconds| *seconds > 0)
    });
    let text = move || match (pause.get(), waiting.get()) {
        (Some(seconds), _) => {
            tf!("The server asks to wait. The next request is sent in {seconds} s.", seconds = seconds)
        }
        (None, Some(seconds)) => tf!("The server has not responded for {seconds} s.", seconds = seconds),
        (None, None) => String::new(),
    };
    let is_paused = move || pause.with(Option::is_some);
    view! {
        <Show when=move || waiting.with(Option::is_some)>
            <div class="wait-note">
                <Icon name="clock" />
                // The seconds are not announced.
                <span class="visually-hidden" role="status">
                    {move || {
                        if is_paused() {
                            t("The server asks to wait.")
                        } else {
                            t("The server does not respond.")
                        }
                    }}
                </span>
                <span aria-hidden="true">{move || text()}</span>
                <Show when=move || !is_paused()>
                    <button type="button" class="button" on:click=move |_| jobs.refresh()>
                        {t("Send again")}
                    </button>
                </Show>
            </div>
        </Show>
    }
}
