use leptos::prelude::*;
use txjobs_sdk::{JobStatusCode, types::JobId};

use crate::{
    components::{Icon, Show, StatusBadge},
    state::{JobAction, Jobs, Ui},
    text::t,
};

/// Renders the name and status of the job, and the button that runs it or cancels its run.
#[component]
pub(super) fn JobHeader(job: JobId) -> impl IntoView {
    let (jobs, ui) = (expect_context::<Jobs>(), expect_context::<Ui>());
    let status = Memo::new(move |_| jobs.status(job));
    let can_cancel = Memo::new(move |_| {
        status.get().is_some_and(JobStatusCode::is_active) && jobs.extensions.get().cancel
    });
    let run = move || {
        view! {
            <button
                type="button"
                class="button primary"
                on:click=move |_| ui.confirm(JobAction::Run, job)
            >
                <Icon name="play" />
                {t("Run")}
            </button>
        }
    };
    view! {
        <nav class="crumbs" aria-label=t("Breadcrumbs")>
            <a href="#/">{t("Jobs")}</a>
            <Icon name="right" />
            <span aria-current="page">{t("job")}</span>
        </nav>
        <div class="bar page-header">
            <h1 id="title" tabindex="-1">
                <bdi>{move || jobs.name(job).unwrap_or_else(|| job.to_string())}</bdi>
            </h1>
            <StatusBadge status />
            <span class="spacer"></span>
            <Show when=move || can_cancel.get() fallback=run>
                <button
                    type="button"
                    class="button danger"
                    on:click=move |_| ui.confirm(JobAction::Cancel, job)
                >
                    <Icon name="stop" />
                    {t("Cancel run")}
                </button>
            </Show>
        </div>
    }
}
