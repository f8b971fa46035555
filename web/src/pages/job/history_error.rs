use leptos::prelude::*;

use super::load_history::HistoryResource;
use crate::{
    components::{ErrorNote, ReconnectButton},
    state::Jobs,
    text::t,
};

/// Renders the error of the last request for the history. `is_outdated` says whether older runs are on the screen.
#[component]
pub(super) fn HistoryError(
    history: HistoryResource,
    #[prop(into)] is_outdated: Signal<bool>,
) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let error = Memo::new(move |_| history.get().and_then(Result::err));
    let content = move || {
        let error = error.get()?;
        let context = match is_outdated.get() {
            true => t("This data is outdated."),
            false => t("The runs could not be loaded."),
        };
        let kind = error.kind;
        Some(view! {
            <ErrorNote error context>
                <button type="button" class="button" on:click=move |_| jobs.refresh()>
                    {t("Retry")}
                </button>
                <ReconnectButton kind />
            </ErrorNote>
        })
    };
    view! { {move || content()} }
}
