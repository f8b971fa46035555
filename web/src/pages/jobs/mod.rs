use leptos::prelude::*;

#[component]
pub fn JobsPage() -> impl IntoView {
    view! { <main><h1 id="title" tabindex="-1">"JobsPage"</h1></main> }
}
