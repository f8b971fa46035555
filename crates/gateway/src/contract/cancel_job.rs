//! `POST /public/jobs/{job_id}/cancel`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::types::{CancelJobResult, JobId, TriggerId};

use super::parameters::JobPath;
use super::{Caller, Gateway, Refusal, refusal};
use txjobs_store::CancelOutcome;

pub async fn answer(
    caller: Caller,
    JobPath(job): JobPath,
    State(gateway): State<Gateway>,
) -> Result<Json<CancelJobResult>, Refusal> {
    gateway.require_job(caller, job).await?;
    // In a task of its own: a caller that goes away is no reason for the runner not to hear of it.
    let canceling = tokio::spawn(async move {
        let canceling = gateway.store.cancel_run(job, gateway.clock.now()).await;
        if let Ok(CancelOutcome::Requested(run)) = &canceling {
            // After the store: the runner looks there once it can be reached here, so it cannot miss both.
            gateway.runner.cancel(run);
        }
        canceling
    });
    let (run, message) = match canceling.await.map_err(|_| refusal::internal())?? {
        CancelOutcome::Idle => return Err(refusal::nothing_to_cancel()),
        CancelOutcome::Ended(run) => (run, "The run was canceled before it started."),
        CancelOutcome::Requested(run) => (run, "The run is being canceled."),
    };
    Ok(Json(CancelJobResult {
        job_id: JobId(job),
        message: Some(message.to_owned()),
        trigger_id: TriggerId(run.trigger_id),
    }))
}
