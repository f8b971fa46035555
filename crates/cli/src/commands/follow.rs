//! Implements `txjobs follow`.

use crate::{
    args::{RunArgument, WaitArgs},
    exit::Exit,
    failure::Failure,
    output::{Output, text},
    runs::{
        follow::{LineFilter, Target, follow_all},
        job_lookup, latest_trigger_id,
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
            let trigger_id = latest_trigger_id(session, output, &job).await?;
            output
                .write_note(&format!("Following {}, trigger id {trigger_id}", text::escape_line(&job.name)));
            trigger_id
        }
    };
    follow_all(session, output, vec![Target::Follow(job, trigger_id)], false, wait, LineFilter::ALL).await
}
