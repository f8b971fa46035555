//! Implements `txjobs follow`.

use crate::{
    args::{RunArgument, WaitArgs},
    exit::Exit,
    failure::Failure,
    output::{Output, text},
    runs::{
        follow::{LineFilter, Target, follow_all},
        job_lookup, latest_id,
    },
    session::Session,
};

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    job: &str,
    run: RunArgument,
    wait: &WaitArgs,
) -> Result<Exit, Failure> {
    let job = job_lookup::find_job(session, job).await?;
    let trigger_id = match run {
        RunArgument::Trigger(trigger_id) => trigger_id,
        RunArgument::Latest => {
            let (id, kind) = latest_id(session, output, &job).await?;
            output.write_note(&format!("Following {}, {kind} {id}", text::escape_line(&job.name)));
            id
        }
    };
    follow_all(session, output, vec![Target::Follow(job, trigger_id)], false, wait, LineFilter::ALL).await
}
