//! `GET /public/jobs/{job_id}/logs/{trigger_id}`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use txjobs_store::{Scope, Selection};

use super::auth::Caller;
use super::error::ApiError;
use super::executions;
use super::ids::parse_id;
use super::parameters::{Parameters, TriggerPath};
use super::state::AppState;

pub(super) async fn handle(
    caller: Caller,
    TriggerPath(job, trigger_id): TriggerPath,
    parameters: Parameters,
    headers: HeaderMap,
    State(state): State<AppState>,
) -> Result<Response, ApiError> {
    caller.require_scope(Scope::Read)?;
    let after = parameters.get("after", "the id of a log line", parse_id)?;
    caller.require_job(&state, job).await?;
    executions::respond(&state, &headers, job, Selection::ByTrigger { trigger_id, after }).await
}
