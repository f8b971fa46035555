//! `txjobs follow`

use txjobs_sdk::{Client, types::TriggerId};

use crate::{
    args::Wait,
    failure::{Exit, Failure},
    find,
    output::Output,
    tail,
};

pub(crate) async fn run(
    client: &Client,
    output: &mut Output,
    job: &str,
    trigger_id: TriggerId,
    wait: &Wait,
) -> Result<Exit, Failure> {
    let job = find::job(client, job).await?;
    tail::tail(client, output, &job, trigger_id, wait).await
}
