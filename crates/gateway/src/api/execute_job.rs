//! `POST /public/jobs/{job_id}/execute`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use txjobs_sdk::types::{ExecuteJobResult, JobId, TriggerId};
use txjobs_store::{BusyPolicy, Scope};
use uuid::Uuid;

use super::auth::Caller;
use super::error::{self, ApiError};
use super::parameters::JobPath;
use super::state::AppState;

/// Requests a run. A layer can set the policy for a busy job as an extension of the request.
pub(super) async fn handle(
    caller: Caller,
    JobPath(job): JobPath,
    State(state): State<AppState>,
    busy_policy: Option<Extension<BusyPolicy>>,
) -> Result<Response, ApiError> {
    caller.require_scope(Scope::Run)?;
    caller.require_job(&state, job).await?;
    let busy_policy = busy_policy.map_or(BusyPolicy::Refuse, |Extension(policy)| policy);
    let trigger_id = Uuid::new_v4();
    if !state.store.request_run(job, trigger_id, state.clock.now(), busy_policy).await? {
        return Err(error::job_is_busy());
    }
    state.runner.wake();
    Ok(queued_response(job, trigger_id))
}

/// Returns the response to an accepted request. The trigger id is also an extension, for layers.
pub fn queued_response(job: Uuid, trigger_id: Uuid) -> Response {
    let result = ExecuteJobResult {
        job_id: JobId(job),
        message: Some("The job has been queued and will start soon.".to_owned()),
        trigger_id: TriggerId(trigger_id),
    };
    (Extension(result.trigger_id), Json(result)).into_response()
}
