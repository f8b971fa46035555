//! `GET /public/jobs/{job_id}/status`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::JobStatusCode;
use txjobs_sdk::types::JobStatus;
use txjobs_store::Scope;

use super::auth::Caller;
use super::error::{self, ApiError};
use super::job_status::job_status;
use super::parameters::JobPath;
use super::state::AppState;

pub(super) async fn handle(
    caller: Caller,
    JobPath(job): JobPath,
    State(state): State<AppState>,
) -> Result<Json<JobStatus>, ApiError> {
    caller.require_scope(Scope::Read)?;
    let status = state.store.status(caller.organization, job).await?;
    let mut body = job_status(job, status.ok_or_else(error::unknown_job)?);
    if let (JobStatusCode::Pending, Some(count)) = (body.status, state.runner.full_count()) {
        body.message = Some(format!(
            "The job is pending. It waits for a free slot: {count} of {count} runs are running."
        ));
    }
    Ok(Json(body))
}
