//! Messages in place of an empty job list.

use leptos::prelude::*;

use super::list_state::ListState;
use crate::{
    components::Icon,
    model::list_options::ListOptions,
    state::{Connection, Jobs},
    text::{t, tn},
};

/// Renders the message for an organization without jobs.
#[component]
pub(super) fn NoJobs() -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let server =
        expect_context::<Connection>().profile.with_untracked(crate::profiles::profile::Profile::title);
    view! {
        <div class="empty">
            <Icon name="ring" />
            <h2>{t("No jobs yet")}</h2>
            <p>
                {t("The connection to ")} <bdi>{server}</bdi>
                {t(
                    " works, but its organization has no jobs. Create jobs in TimeXtender or in the \
                    configuration of a gateway. They appear here automatically.",
                )}
            </p>
            <div class="bar">
                <button type="button" class="button primary" on:click=move |_| jobs.refresh()>
                    <Icon name="refresh" />
                    {t("Refresh")}
                </button>
                <a class="button" href="#/settings">
                    {t("Use another server")}
                </a>
            </div>
        </div>
    }
}

/// Renders the message for filters without a match.
#[component]
pub(super) fn NoMatch() -> impl IntoView {
    let list = expect_context::<ListState>();
    let progress = Memo::new(move |_| list.history_progress());
    let title = move || match progress.get() {
        Some(_) => t("No job matches so far"),
        None => t("No job matches"),
    };
    let text = move || {
        progress.get().unwrap_or_else(|| {
            tn!(
                "None of {n} job matches the filters.",
                "None of {n} jobs matches the filters.",
                list.job_count()
            )
        })
    };
    let clear = move |_| list.apply(list.options.with_untracked(ListOptions::without_filters));
    view! {
        <div class="empty">
            <Icon name="find" />
            <h2>{move || title()}</h2>
            <p>{move || text()}</p>
            <div class="bar">
                <button type="button" class="button" on:click=clear>
                    {t("Show all jobs")}
                </button>
            </div>
        </div>
    }
}
