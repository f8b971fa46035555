use leptos::prelude::*;
use txjobs_sdk::Timestamp;

use crate::state::app;

/// A time in a few words, the exact one on hover.
pub fn when(at: Option<Timestamp>) -> impl IntoView {
    let app = app();
    match at {
        None => view! { <span>"–"</span> }.into_any(),
        Some(at) => view! {
            <time datetime=at.to_string() title=move || app.zone().exact(at)>
                {move || app.when(at)}
            </time>
        }
        .into_any(),
    }
}
