//! `GET /public/jobs/{job_id}/status`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::JobStatusCode;
use txjobs_sdk::types::{JobId, JobStatus};
use uuid::Uuid;

use super::parameters::JobPath;
use super::{Caller, Gateway, Refusal, refusal};

pub async fn answer(
    caller: Caller,
    JobPath(job): JobPath,
    State(gateway): State<Gateway>,
) -> Result<Json<JobStatus>, Refusal> {
    let status = gateway.store.status(caller.organization, job).await?;
    let mut body = body(job, status.ok_or_else(refusal::no_such_job)?);
    if let (JobStatusCode::Pending, Some(count)) = (body.status, gateway.runner.full_count()) {
        body.message = Some(format!(
            "The job is pending. It waits for a free place: {count} of {count} runs are running."
        ));
    }
    Ok(Json(body))
}

pub(super) fn body(job: Uuid, status: JobStatusCode) -> JobStatus {
    JobStatus { job_id: JobId(job), message: Some(format!("The job is {status}.")), status }
}
