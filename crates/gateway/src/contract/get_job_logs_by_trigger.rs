//! `GET /public/jobs/{job_id}/logs/{trigger_id}`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::types::JobExecutions;

use super::parameters::{Parameters, TriggerPath, guid};
use super::{Caller, Gateway, Refusal, executions};
use crate::store::Selection;

pub async fn answer(
    caller: Caller,
    TriggerPath(job, trigger_id): TriggerPath,
    parameters: Parameters,
    State(gateway): State<Gateway>,
) -> Result<Json<JobExecutions>, Refusal> {
    let after = parameters.one("after", "the id of a log line", guid)?;
    gateway.require_job(caller, job).await?;
    let found = gateway.store.executions(job, Selection::OfTrigger { trigger_id, after }).await?;
    Ok(Json(executions::body(found)))
}
