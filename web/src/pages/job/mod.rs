use leptos::prelude::*;

#[component]
pub fn JobPage(job: txjobs_sdk::types::JobId) -> impl IntoView {
    view! { <main><h1 id="title" tabindex="-1">"JobPage"</h1></main> }
}
