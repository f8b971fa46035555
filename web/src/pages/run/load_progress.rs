use leptos::prelude::*;

use crate::{
    components::{Icon, Show},
    log::Log,
    state::{RunState, Stage},
    text,
    text::{t, tf, tn},
};

/// Renders how much of a long log is loaded, with buttons to stop and to continue.
#[component]
pub fn LoadProgress() -> impl IntoView {
    let state = expect_context::<RunState>();
    let megabytes = Memo::new(move |_| state.received_bytes.get() >> 20);
    let stopped = move || {
        let lines = state.log.with(Log::len);
        tn!("Loading stopped: {n} line loaded.", "Loading stopped: {n} lines loaded.", lines)
    };
    view! {
        <Show when=move || megabytes.get().gt(&0)>
            <div class="bar loading">
                <Icon name="refresh" />
                <span class="muted">
                    {move || {
                        tf!("Loading the log: {count} MB so far", count = text::count(megabytes.get()))
                    }}
                </span>
                <button type="button" class="button" on:click=move |_| state.stop_requested.set(true)>
                    <Icon name="stop" />
                    {t("Stop")}
                </button>
            </div>
        </Show>
        <Show when=move || state.stage.get() == Stage::LoadStopped>
            <div class="bar" role="status">
                <span class="muted">{move || stopped()}</span>
                <button type="button" class="button" on:click=move |_| state.retry()>
                    {t("Load the rest")}
                </button>
            </div>
        </Show>
    }
}
