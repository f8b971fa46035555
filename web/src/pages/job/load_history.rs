use leptos::prelude::*;
use txjobs_sdk::{Error, types::JobId};

use crate::{api::Api, model::history::History, state::Jobs, tasks::load_job_history::history_request};

/// The history of the job, or the error of the last request.
pub(super) type HistoryResource = LocalResource<Result<History, Error>>;

/// Loads the history again when the status of the job changes and on refresh.
pub(super) fn load_history(job: JobId) -> HistoryResource {
    let (api, jobs) = (expect_context::<Api>(), expect_context::<Jobs>());
    let status = Memo::new(move |_| jobs.status(job));
    LocalResource::new(move || {
        status.track();
        jobs.refresh.track();
        let request = history_request(job, jobs.extensions.get_untracked());
        async move {
            let response = api.executions(&request).await?;
            jobs.extensions.set(response.extensions);
            // No time of loading, so that the history of unchanged runs is equal.
            Ok(History::from_logs(&response.value, 0.0))
        }
    })
}
