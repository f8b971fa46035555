//! `GET /public/jobs/status`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::types::JobStatus;

use super::{Caller, Gateway, Refusal, get_job_status};

pub async fn answer(caller: Caller, State(gateway): State<Gateway>) -> Result<Json<Vec<JobStatus>>, Refusal> {
    let statuses = gateway.store.statuses(caller.organisation).await?;
    Ok(Json(statuses.into_iter().map(|(job, status)| get_job_status::body(job, status)).collect()))
}
