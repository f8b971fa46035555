use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::Icon,
    model::state_names,
    state::RunState,
    text::{t, tf},
    utils::{address, clipboard, time},
};

/// How long the result of copying is shown.
const COPY_RESULT_TIME: Duration = Duration::from_secs(2);

/// Renders what started the run, its page in the system where the work runs, and its id with a copy button.
#[component]
pub fn Origin() -> impl IntoView {
    let state = expect_context::<RunState>();
    let has_no_trigger =
        Memo::new(move |_| state.execution.with(|run| run.as_ref().is_some_and(|run| run.trigger.is_none())));
    let copy_label = move || if has_no_trigger.get() { t("Copy execution id") } else { t("Copy trigger id") };
    let text = move || {
        let starter = state.execution.with(|run| run.as_ref().map(state_names::starter));
        let starter = starter.unwrap_or_else(|| "API".to_owned());
        match has_no_trigger.get() {
            true => tf!("by {starter} · execution ", starter = starter),
            false => tf!("by {starter} · trigger ", starter = starter),
        }
    };
    let id = state.run.to_string();
    let copy_title = {
        let id = id.clone();
        move || match has_no_trigger.get() {
            true => tf!("Copy execution id {id}", id = id),
            false => tf!("Copy trigger id {id}", id = id),
        }
    };
    let short: String = id.chars().take(8).collect();
    let copy_result = RwSignal::new(None::<bool>);
    let status = move || match copy_result.get() {
        Some(true) => t("Copied"),
        Some(false) => t("Not copied"),
        None => "",
    };
    let icon = move || match copy_result.get() {
        Some(true) => "check",
        Some(false) => "cross",
        None => "copy",
    };
    let copy = move |_| {
        spawn_local(async move {
            let has_copied = clipboard::copy(&state.run.to_string()).await;
            copy_result.try_set(Some(has_copied));
            time::sleep(COPY_RESULT_TIME).await;
            copy_result.try_set(None);
        });
    };
    view! {
        <li class="origin muted">
            <EnginePage />
            <span>{move || text()} <code title=id>{short}</code></span>
            <button
                type="button"
                class="icon-button"
                aria-label=move || copy_label()
                title=move || copy_title()
                on:click=copy
            >
                <Icon name=Signal::derive(icon) />
            </button>
            <span class="visually-hidden" role="status">
                {move || status()}
            </span>
        </li>
    }
}

/// Renders a link to the page of the run in the system where its work runs. Only web addresses become links.
#[component]
fn EnginePage() -> impl IntoView {
    let state = expect_context::<RunState>();
    let content = move || {
        let link = state.link.get()?;
        let (url, host) = address::web_address(&link)?;
        Some(view! {
            <a class="engine-page" href=url.clone() title=url target="_blank" rel="noopener noreferrer">
                {tf!("Open in {host}", host = host)}
                <Icon name="external" />
            </a>
        })
    };
    view! { {move || content()} }
}
