//! Notes while the server keeps the page waiting.

use leptos::prelude::*;

use super::{control_flow::Show, icon::Icon};
use crate::{
    api::Api,
    state::{Clock, Jobs},
    text::{t, tf},
};

/// A response that takes longer is mentioned, in seconds.
const SLOW_RESPONSE: i64 = 3;

/// Renders a note while the server has asked to wait and `is_waiting` says that a request of the user waits for it.
#[component]
pub fn PauseNote(#[prop(into)] is_waiting: Signal<bool>) -> impl IntoView {
    let seconds = remaining_pause();
    let shown = Memo::new(move |_| seconds.get().filter(|_| is_waiting.get()));
    view! {
        <Show when=move || shown.with(Option::is_some)>
            <div class="wait-note">
                <WaitText seconds=shown wait=Wait::Requested />
            </div>
        </Show>
    }
}

/// Renders a note while the current poll waits: because the server does not respond, or because it has asked to wait.
#[component]
pub fn WaitNote() -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let clock = expect_context::<Clock>();
    let waiting = Memo::new(move |_| {
        let seconds = (clock.now.get() - jobs.poll_began.get()?) / 1_000;
        // An error note already tells why the data is outdated.
        let has_error = jobs.error.with(Option::is_some);
        (!has_error && seconds >= SLOW_RESPONSE).then_some(seconds)
    });
    let pause = remaining_pause();
    let is_paused = move || pause.with(Option::is_some);
    let text = move || {
        if is_paused() {
            view! { <WaitText seconds=pause wait=Wait::Requested /> }.into_any()
        } else {
            view! {
                <WaitText seconds=waiting wait=Wait::NoResponse />
                <button type="button" class="button" on:click=move |_| jobs.refresh()>
                    {t("Send again")}
                </button>
            }
            .into_any()
        }
    };
    view! {
        <Show when=move || waiting.with(Option::is_some)>
            <div class="wait-note">{move || text()}</div>
        </Show>
    }
}

/// Why the page waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Requested,
    NoResponse,
}

/// Renders why the page waits, and for how long. The seconds are not announced.
#[component]
fn WaitText(seconds: Memo<Option<i64>>, wait: Wait) -> impl IntoView {
    let announcement = match wait {
        Wait::Requested => t("The server asks to wait."),
        Wait::NoResponse => t("The server does not respond."),
    };
    let text = move || {
        let seconds = seconds.get().unwrap_or_default();
        match wait {
            Wait::Requested => {
                tf!("The server asks to wait. The next request is sent in {seconds} s.", seconds = seconds)
            }
            Wait::NoResponse => tf!("The server has not responded for {seconds} s.", seconds = seconds),
        }
    };
    view! {
        <Icon name="clock" />
        <span class="visually-hidden" role="status">
            {announcement}
        </span>
        <span aria-hidden="true">{move || text()}</span>
    }
}

/// Returns for how many seconds all requests wait because the server asked for it. `None` without a pause.
fn remaining_pause() -> Memo<Option<i64>> {
    let (api, clock) = (expect_context::<Api>(), expect_context::<Clock>());
    Memo::new(move |_| {
        clock.now.track();
        Some(api.remaining_pause().as_secs().cast_signed()).filter(|seconds| *seconds > 0)
    })
}
