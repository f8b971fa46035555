use leptos::prelude::*;

use crate::{
    components::{Icon, Show},
    log::Log,
    model::format,
    state::{RunState, Stage},
};

/// Renders how much of a long log is loaded, with buttons to stop and to continue.
#[component]
pub fn LoadProgress() -> impl IntoView {
    let state = expect_context::<RunState>();
    let megabytes = Memo::new(move |_| state.received_bytes.get() >> 20);
    let lines = move || format::plural(state.log.with(Log::len), "line");
    view! {
        <Show when=move || megabytes.get().gt(&0)>
            <div class="bar loading">
                <Icon name="refresh" />
                <span class="muted">
                    {move || format!("Loading the log: {} MB so far", format::count(megabytes.get()))}
                </span>
                <button type="button" class="button" on:click=move |_| state.stop_requested.set(true)>
                    <Icon name="stop" />
                    "Stop"
                </button>
            </div>
        </Show>
        <Show when=move || state.stage.get() == Stage::LoadStopped>
            <div class="bar" role="status">
                <span class="muted">{move || format!("Loading stopped: {} loaded.", lines())}</span>
                <button type="button" class="button" on:click=move |_| state.retry()>
                    "Load the rest"
                </button>
            </div>
        </Show>
    }
}
