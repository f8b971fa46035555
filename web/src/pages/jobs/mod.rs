//! The job list: status and last runs of all jobs, and starting them.

mod cells;
mod empty;
mod filters;
mod list_state;
mod page_header;
mod request_histories;
mod row;
mod since_last_visit;
mod table;
mod table_header;
mod visible_rows;

use leptos::prelude::*;
use leptos_meta::Title;

use self::{
    empty::{NoJobs, NoMatch},
    filters::Filters,
    list_state::ListState,
    page_header::PageHeader,
    request_histories::request_histories,
    since_last_visit::SinceLastVisit,
    table::JobsTable,
};
use crate::{
    components::{JobsError, Show, WaitNote},
    state::Jobs,
    text::t,
};

/// The content below the filters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Content {
    NoJobs,
    NoMatch,
    Nothing,
    Table,
}

/// Renders the job list.
#[component]
pub fn JobsPage() -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let list = ListState::provide();
    request_histories(list);
    let is_loaded = move || jobs.list.with(Option::is_some);
    let has_jobs =
        Memo::new(move |_| jobs.list.with(|list| list.as_ref().is_none_or(|list| !list.jobs().is_empty())));
    // A memo, so that a refresh does not replace the table, which would lose the focus.
    let content = Memo::new(move |_| match (has_jobs.get(), is_loaded() && list.shown.with(Vec::is_empty)) {
        (false, _) => Content::NoJobs,
        (true, true) => Content::NoMatch,
        (true, false) if !is_loaded() && jobs.error.with(Option::is_some) => Content::Nothing,
        (true, false) => Content::Table,
    });
    view! {
        <JobsTitle />
        <main>
            <PageHeader />
            <SinceLastVisit />
            <Show when=move || has_jobs.get()>
                <Filters />
            </Show>
            <JobsError />
            <WaitNote />
            {move || match content.get() {
                Content::NoJobs => view! { <NoJobs /> }.into_any(),
                Content::NoMatch => view! { <NoMatch /> }.into_any(),
                Content::Nothing => ().into_any(),
                Content::Table => view! { <JobsTable /> }.into_any(),
            }}
        </main>
    }
}

/// Sets the title of the page, with the number of active jobs.
#[component]
fn JobsTitle() -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    // A memo, because setting the title is slow in browsers, even to the same text.
    let title = Memo::new(move |_| {
        let active = jobs.statuses.with(|all| all.values().filter(|status| status.is_active()).count());
        let prefix = if active > 0 { format!("({active}) ") } else { String::new() };
        format!("{prefix}{} · txjobs", t("Jobs"))
    });
    view! { <Title text=title /> }
}
