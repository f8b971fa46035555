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
    let (run, message) = match gateway.store.cancel_run(job, gateway.clock.now()).await? {
        Cancelling::Idle => return Err(refusal::nothing_to_cancel()),
        Cancelling::Ended(run) => (run, "The run was cancelled before it started."),
        Cancelling::Requested(run) => {
            // After the store: the runner looks there once it can be reached here, so it cannot miss both.
            gateway.runner.cancel(&run);
            (run, "The run is being cancelled.")
        }
    };
    Ok(Json(CancelJobResult {
        job_id: JobId(job),
        message: Some(message.to_owned()),
        trigger_id: TriggerId(run.trigger_id),
    }))
}
