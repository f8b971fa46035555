//! The summary above the job list.

use txjobs_sdk::JobStatusCode;

use super::loaded::job_count;
use crate::{model::format, state::App};

/// Returns the summary, for example `128 · 1 running · 1 pending`.
pub(super) fn summary(app: App) -> String {
    if app.jobs.list.with(Option::is_none) {
        return "loading…".to_owned();
    }
    let mut text = format::count(job_count(app));
    app.jobs.statuses.with(|statuses| {
        for status in [JobStatusCode::Running, JobStatusCode::Pending] {
            let count = statuses.values().filter(|other| **other == status).count();
            if count > 0 {
                text.push_str(&format!(" · {} {status}", format::count(count)));
            }
        }
    });
    text
}
