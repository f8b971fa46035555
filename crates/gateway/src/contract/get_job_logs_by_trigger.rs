//! `GET /public/jobs/{job_id}/logs/{trigger_id}`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::parameters::{Parameters, TriggerPath, guid};
use super::{Caller, Gateway, Refusal, executions};
use txjobs_store::Selection;

pub async fn answer(
    caller: Caller,
    TriggerPath(job, trigger_id): TriggerPath,
    parameters: Parameters,
    headers: HeaderMap,
    State(gateway): State<Gateway>,
) -> Result<Response, Refusal> {
    let after = parameters.one("after", "the id of a log line", guid)?;
    gateway.require_job(caller, job).await?;
    let found = gateway.store.executions(job, Selection::ByTrigger { trigger_id, after }).await?;
    executions::answer(&gateway, &headers, found).await
}
