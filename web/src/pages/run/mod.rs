use leptos::prelude::*;

#[component]
pub fn RunPage(job: txjobs_sdk::types::JobId, run: txjobs_sdk::types::TriggerId) -> impl IntoView {
    view! { <main><h1 id="title" tabindex="-1">"RunPage"</h1></main> }
}
