use leptos::prelude::*;

/// An icon of the sprite in `index.html`. It is never the only name of a thing.
pub fn icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("#{name}") />
        </svg>
    }
    .into_any()
}
