use leptos::prelude::*;
use txjobs_sdk::Timestamp;

use crate::state::Clock;

/// Renders a short time with the exact time as a tooltip.
#[component]
pub fn Time(at: Option<Timestamp>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    match at {
        None => view! { <span>"–"</span> }.into_any(),
        Some(at) => view! {
            <time datetime=at.to_string() title=move || clock.zone().exact(at)>
                {move || clock.format(at)}
            </time>
        }
        .into_any(),
    }
}

/// Renders the next due time of a job with the exact time as a tooltip.
#[component]
pub fn DueTime(due: Timestamp) -> impl IntoView {
    let clock = expect_context::<Clock>();
    view! {
        <time datetime=due.to_string() title=move || clock.zone().exact(due)>
            {move || clock.format_due(due)}
        </time>
    }
}
