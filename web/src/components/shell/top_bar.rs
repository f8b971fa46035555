use leptos::prelude::*;

#[component]
pub fn TopBar() -> impl IntoView {
    view! { <header class="top-bar"><a class="brand" href="#/">"txjobs"</a></header> }
}
