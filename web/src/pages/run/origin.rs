use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::Icon,
    state::RunState,
    text::{t, tf},
    utils::{clipboard, time},
};

/// How long the result of copying is shown.
const COPY_RESULT_TIME: Duration = Duration::from_secs(2);

/// Renders who started the run, and its id with a copy button.
#[component]
pub fn Origin() -> impl IntoView {
    let state = expect_context::<RunState>();
    let is_by_application =
        Memo::new(move |_| state.execution.with(|run| run.as_ref().is_some_and(|run| run.trigger.is_none())));
    let copy_label =
        move || if is_by_application.get() { t("Copy execution id") } else { t("Copy trigger id") };
    let text = move || match is_by_application.get() {
        true => t("by application · execution "),
        false => t("by API · trigger "),
    };
    let id = state.run.to_string();
    let copy_title = {
        let id = id.clone();
        move || match is_by_application.get() {
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
