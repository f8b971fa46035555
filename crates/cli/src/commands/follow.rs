//! `txjobs follow`

use txjobs_sdk::types::TriggerId;

use crate::{
    args::Wait,
    failure::{Exit, Failure},
    find,
    output::Output,
    session::Session,
    tail,
};

pub(crate) async fn run(
    session: &Session<'_>,
    output: &mut Output,
    job: &str,
    trigger_id: TriggerId,
    wait: &Wait,
) -> Result<Exit, Failure> {
    let job = find::job(session, job).await?;
    tail::tail(session, output, &job, trigger_id, false, wait).await
}
