use leptos::prelude::*;

/// Renders an icon of the sprite in `index.html`. It is hidden from screen readers, so add a text or a label.
#[component]
pub fn Icon(#[prop(into)] name: Signal<&'static str>) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=move || format!("#{}", name.get())></use>
        </svg>
    }
}
