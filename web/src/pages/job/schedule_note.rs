use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use crate::{
    components::{Icon, Time},
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
        let next = schedule.next_due_time.map(|due| {
            view! {
                <span>
                    {t("Next run")}
                    " "
                    <b>
                        <Time at=Some(due) />
                    </b>
                </span>
            }
        });
        Some(view! {
            <p class="schedule muted">
                <Icon name="clock" />
                {next}
                <bdi>{schedule::description(&schedule)}</bdi>
            </p>
        })
    };
    view! { {move || content()} }
}
