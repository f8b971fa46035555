//! `GET /public/jobs`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::types::{Job, JobId};

use super::{Caller, Gateway, Refusal};

pub async fn answer(caller: Caller, State(gateway): State<Gateway>) -> Result<Json<Vec<Job>>, Refusal> {
    let jobs = gateway.store.jobs(caller.organisation).await?;
    Ok(Json(jobs.into_iter().map(|(id, name)| Job { id: JobId(id), name }).collect()))
}
