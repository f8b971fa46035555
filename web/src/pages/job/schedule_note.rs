use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use crate::{
    components::{DueTime, Icon},
    model::schedule,
    state::Jobs,
    text::t,
};

/// Renders when the job starts by itself, and the next due time.
#[component]
pub(super) fn ScheduleNote(job: JobId) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let known = Memo::new(move |_| jobs.schedule(job));
    let content = move || {
        let schedule = known.get()?;
        let next = schedule.due_time().map(|due| {
            view! {
                <span>
                    {t("Next run")}
                    " "
                    <b>
                        <DueTime due />
                    </b>
                </span>
            }
        });
        let description = schedule::description(&schedule);
        Some(view! {
            <p class="schedule muted">
                <Icon name="clock" />
                {next}
                {(!description.is_empty()).then(|| view! { <bdi>{description}</bdi> })}
            </p>
        })
    };
    view! { {move || content()} }
}
