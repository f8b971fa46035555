use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::t;

/// Renders the screen for an address that no screen has.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text=t("Not found · txjobs") />
        <main>
            <div class="empty">
                <h1 id="title" tabindex="-1">{t("Page not found")}</h1>
                <p>{t("The link may be incomplete. The list of jobs leads to every job and every run.")}</p>
                <div class="bar">
                    <a class="button primary" href="#/">{t("Go to the jobs")}</a>
                </div>
            </div>
        </main>
    }
}
