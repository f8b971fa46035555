//! The result of a connection attempt.

use leptos::prelude::*;

use super::attempt::{AttemptResult, Attempts};
use crate::{
    components::{ErrorNote, Icon},
    profiles::profile::Profile,
    text::{t, tn},
};

/// Renders the progress or result of the last attempt.
#[component]
pub(super) fn AttemptView(attempts: Attempts, #[prop(into)] domain: Signal<String>) -> impl IntoView {
    let (pending, result) = (attempts.pending(), attempts.result());
    let view = move || match (pending.get(), result.get()) {
        (true, _) => view! { <p class="muted">{t("Connecting…")}</p> }.into_any(),
        (false, Some(AttemptResult::Works(jobs))) => view! {
            <p class="success-note">
                <Icon name="check" />
                {tn!(" Connection works: {n} job.", " Connection works: {n} jobs.", jobs)}
            </p>
        }
        .into_any(),
        (false, Some(AttemptResult::Failed(error))) => {
            let profile = Profile { domain: domain.get_untracked(), ..Profile::default() };
            view! { <ErrorNote error base=profile.base().ok() /> }.into_any()
        }
        (false, Some(AttemptResult::Connected | AttemptResult::WrongPassphrase) | None) => ().into_any(),
    };
    view! { <div role="status">{move || view()}</div> }
}
