//! `POST /public/jobs/{job_id}/cancel`

use axum::Json;
use axum::extract::State;
use txjobs_sdk::types::{CancelJobResult, JobId, TriggerId};

use super::parameters::JobPath;
use super::{Caller, Gateway, Refusal, refusal};
use crate::store::Cancelling;

pub async fn answer(
    caller: Caller,
    JobPath(job): JobPath,
    State(gateway): State<Gateway>,
) -> Result<Json<CancelJobResult>, Refusal> {
    gateway.require_job(caller, job).await?;
    // In a task of its own: a caller that goes away is no reason for the runner not to hear of it.
    let cancelling = tokio::spawn(async move {
        let cancelling = gateway.store.cancel_run(job, gateway.clock.now()).await;
        if let Ok(Cancelling::Requested(run)) = &cancelling {
            // After the store: the runner looks there once it can be reached here, so it cannot miss both.
            gateway.runner.cancel(run);
        }
        cancelling
    });
    let (run, message) = match cancelling.await.map_err(|_| refusal::internal())?? {
        Cancelling::Idle => return Err(refusal::nothing_to_cancel()),
        Cancelling::Ended(run) => (run, "The run was cancelled before it started."),
        Cancelling::Requested(run) => (run, "The run is being cancelled."),
    };
    Ok(Json(CancelJobResult {
        job_id: JobId(job),
        message: Some(message.to_owned()),
        trigger_id: TriggerId(run.trigger_id),
    }))
}
