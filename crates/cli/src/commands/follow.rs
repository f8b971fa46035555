//! Implements `txjobs follow`.

use txjobs_sdk::types::TriggerId;

use crate::{
    args::WaitArgs,
    failure::{Exit, Failure},
    follow_run, job_lookup,
    output::Output,
    session::Session,
};

pub(crate) async fn run(
    session: &Session<'_>,
    output: &mut Output,
    job: &str,
    trigger_id: TriggerId,
    wait: &WaitArgs,
) -> Result<Exit, Failure> {
    let job = job_lookup::find_job(session, job).await?;
    follow_run::follow_run(session, output, &job, trigger_id, false, wait).await
}
