//! `txjobs status`

use txjobs_sdk::Client;

use super::{status_of, status_words};
use crate::{
    failure::{Exit, Failure},
    find,
    output::Output,
    text,
};

pub(crate) async fn run(client: &Client, output: &mut Output, job: &str) -> Result<Exit, Failure> {
    let job = find::job(client, job).await?;
    let status = status_of(client, job.id).await?;
    if output.is_json() {
        output.json(&status);
    } else {
        output.data(&text::one_line(&status_words(&status)));
    }
    Ok(Exit::Completed)
}
