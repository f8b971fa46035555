use leptos::prelude::*;

use crate::{model::route::Route, state::Ui, text::t};

/// Renders links to the screens about all jobs, in the top bar of a wide page and at the bottom of a narrow one.
#[component]
pub fn ScreenLinks() -> impl IntoView {
    let ui = expect_context::<Ui>();
    let link = move |label: &'static str, link: &'static str| {
        let screen = Route::parse(link).screen();
        // The screens of a job and its runs belong to the list of jobs.
        let is_current = move || match ui.route.get().screen() {
            Route::Job(_) | Route::Run { .. } => link == "#/",
            current => current == screen,
        };
        view! {
            <a href=link aria-current=move || is_current().then_some("page")>
                {label}
            </a>
        }
    };
    view! {
        <nav class="screen-links" aria-label=t("Screens")>
            {link(t("Jobs"), "#/")}
            {link(t("Timeline"), "#/timeline")}
            {link(t("Runs"), "#/runs")}
            {link("API", "#/api")}
        </nav>
    }
}
