//! `POST /public/jobs/{job_id}/cancel`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::ExecutionState;
use txjobs_sdk::types::{CancelJobResult, JobId, TriggerId};
use txjobs_store::{CancelOutcome, Scope};

use super::auth::Caller;
use super::error::{self, ApiError};
use super::parameters::JobPath;
use super::state::AppState;

pub(super) async fn handle(
    caller: Caller,
    JobPath(job): JobPath,
    State(state): State<AppState>,
) -> Result<Json<CancelJobResult>, ApiError> {
    caller.require_scope(Scope::Cancel)?;
    caller.require_job(&state, job).await?;
    // In a separate task, so that the runner is notified even if the client disconnects.
    let canceling = tokio::spawn(async move {
        let now = state.clock.now();
        let outcome = state.store.cancel_run(job, now).await;
        match &outcome {
            // After the store: a run reads its cancellation from there once this can reach it, so that none is missed.
            Ok(CancelOutcome::Requested(run)) => state.runner.cancel(run),
            Ok(CancelOutcome::Ended(run)) => {
                state.run_metrics.record_end(run.job, ExecutionState::Failed, now, None);
            }
            Ok(CancelOutcome::Idle) | Err(_) => {}
        }
        outcome
    });
    let (run, message) = match canceling.await.map_err(|_| error::internal())?? {
        CancelOutcome::Idle => return Err(error::job_is_idle()),
        CancelOutcome::Ended(run) => (run, "The run was canceled before it started."),
        CancelOutcome::Requested(run) => (run, "The run is being canceled."),
    };
    Ok(Json(CancelJobResult {
        job_id: JobId(job),
        message: Some(message.to_owned()),
        trigger_id: TriggerId(run.trigger_id),
    }))
}
