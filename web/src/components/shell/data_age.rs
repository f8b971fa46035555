use std::time::Duration;

use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use txjobs_sdk::Timestamp;

use crate::{
    components::Icon,
    model::format,
    state::{Clock, Jobs},
    text::{t, tf},
    utils::time,
};

/// Duration of the animation in the style sheet.
const SPIN: Duration = Duration::from_millis(600);

/// Renders the age of the jobs and statuses, and the refresh button.
#[component]
pub(super) fn DataAge(jobs: Jobs) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let is_outdated = move || jobs.error.with(Option::is_some);
    let text = move || {
        let age = jobs.updated.get().map(|updated| format::ago(clock.now.get() - updated));
        match (age, is_outdated()) {
            (Some(age), false) => tf!("updated {age}", age = age),
            (Some(age), true) => tf!("last updated {age}", age = age),
            (None, _) => String::new(),
        }
    };
    let exact = move || {
        let updated = jobs.updated.get().map(Timestamp::from_unix_millis);
        updated.map(|at| clock.zone().exact(at))
    };
    view! {
        <span class="muted data-age" class:outdated=move || is_outdated() title=move || exact()>
            {move || text()}
        </span>
        <RefreshButton jobs />
    }
}

/// Renders the refresh button. Its animation shows that the click had an effect even if the data is unchanged.
#[component]
fn RefreshButton(jobs: Jobs) -> impl IntoView {
    let owner = Owner::current();
    let is_spinning = RwSignal::new(false);
    let refresh = move |_| {
        jobs.refresh();
        is_spinning.set(true);
        let stop = || {
            spawn_local_scoped_with_cancellation(async move {
                time::sleep(SPIN).await;
                is_spinning.set(false);
            });
        };
        if let Some(owner) = &owner {
            owner.with(stop);
        }
    };
    view! {
        <button
            type="button"
            class="icon-button refresh"
            class:spinning=is_spinning
            aria-label=t("Refresh")
            title=t("Refresh")
            on:click=refresh
        >
            <Icon name="refresh" />
        </button>
    }
}
