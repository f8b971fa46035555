use leptos::prelude::*;

#[component]
pub fn SettingsPage() -> impl IntoView {
    view! { <main><h1 id="title" tabindex="-1">"SettingsPage"</h1></main> }
}
