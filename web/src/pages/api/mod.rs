use leptos::prelude::*;

#[component]
pub fn ApiPage() -> impl IntoView {
    view! { <main><h1 id="title" tabindex="-1">"ApiPage"</h1></main> }
}
