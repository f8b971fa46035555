//! Loads the runs of one job, for the screens of the job and of its runs.

use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use txjobs_sdk::{
    Extensions,
    operation::Request,
    paths,
    types::{JobId, LogsSelection},
};

use crate::{
    api::Api,
    model::history::History,
    state::Jobs,
    utils::{effects::effect, time},
};

/// Number of runs, if the server can limit it.
const MAX_RUNS: i32 = 50;

/// Loads the history of a job in the background, as soon as it is known that the server can leave out log lines, and
/// again when `version` changes.
pub fn load_history_without_lines<T: Send + Sync + 'static>(
    api: Api,
    jobs: Jobs,
    job: JobId,
    version: Memo<T>,
) {
    let has_logs = Memo::new(move |_| jobs.extensions.get().logs);
    effect(move || {
        version.track();
        if !has_logs.get() {
            return;
        }
        spawn_local_scoped_with_cancellation(async move {
            let request = history_request(job, jobs.extensions.get_untracked());
            let Ok(response) = api.executions(&request).await else { return };
            // This history has more runs than the one of the job list.
            let mut history = History::from_executions(&response.value.executions, time::uptime_millis());
            jobs.histories.update(|all| {
                history.counts = all.get(&job).and_then(|before| before.counts);
                all.insert(job, history);
            });
        });
    });
}

/// Returns the request for the history of a job, without log lines if the server supports that.
pub fn history_request(job: JobId, extensions: Extensions) -> Request {
    let logs = extensions.logs.then_some(LogsSelection::None);
    paths::get_job_logs(job, extensions.limit.then_some(MAX_RUNS), logs)
}
