//! `POST /public/jobs/{job_id}/execute`

use axum::extract::State;
use axum::{Extension, Json};
use txjobs_sdk::types::{ExecuteJobResult, JobId, TriggerId};
use uuid::Uuid;

use super::parameters::JobPath;
use super::{Caller, Gateway, Refusal, refusal};
use crate::emulator::LoseRun;

pub async fn answer(
    caller: Caller,
    JobPath(job): JobPath,
    State(gateway): State<Gateway>,
    lose_run: Option<Extension<LoseRun>>,
) -> Result<(Extension<TriggerId>, Json<ExecuteJobResult>), Refusal> {
    gateway.require_job(caller, job).await?;
    let trigger_id = Uuid::new_v4();
    let is_kept = lose_run.is_none();
    if is_kept
        && !gateway.store.request_run(job, trigger_id, gateway.clock.now(), gateway.busy_policy()).await?
    {
        return Err(refusal::busy());
    }
    gateway.runner.wake();
    let queued = ExecuteJobResult {
        job_id: JobId(job),
        message: Some("The job has been queued and will start soon.".to_owned()),
        trigger_id: TriggerId(trigger_id),
    };
    // The extension is for the journal.
    Ok((Extension(queued.trigger_id), Json(queued)))
}
