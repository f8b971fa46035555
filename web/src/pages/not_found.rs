use leptos::prelude::*;
use leptos_meta::Title;

/// Renders the screen for an address that no screen has.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text="Not found · txjobs" />
        <main>
            <div class="empty">
                <h1 id="title" tabindex="-1">"Page not found"</h1>
                <p>"The link may be incomplete. The list of jobs leads to every job and every run."</p>
                <div class="bar">
                    <a class="button primary" href="#/">"Go to the jobs"</a>
                </div>
            </div>
        </main>
    }
}
