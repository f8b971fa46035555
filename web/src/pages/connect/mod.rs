use leptos::prelude::*;

#[component]
pub fn ConnectPage() -> impl IntoView {
    view! { <main><h1 id="title" tabindex="-1">"ConnectPage"</h1></main> }
}
