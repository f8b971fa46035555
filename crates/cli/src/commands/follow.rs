//! Implements `txjobs follow`.

use crate::{
    args::{RunArgument, WaitArgs},
    exit::Exit,
    failure::Failure,
    output::{Output, text},
    runs::{
        find_latest,
        follow::{LineFilter, Target, follow_all},
        job_lookup,
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
            let execution = find_latest(session, output, &job).await?;
            output.clear_progress();
            // The application starts runs without a trigger id. The nil id stands for none, too.
            let trigger_id = execution.trigger_id.filter(|id| !id.is_nil()).ok_or_else(|| {
                Failure::Usage(format!(
                    "The newest run of {} was started in the application, so it has no trigger id to follow. To print its log: \
                     {}",
                    text::escape_line(&job.name),
                    session.command_line("logs", &format!("{} --execution {}", job.id, execution.id))
                ))
            })?;
            output
                .write_note(&format!("Following {}, trigger id {trigger_id}", text::escape_line(&job.name)));
            trigger_id
        }
    };
    follow_all(session, output, vec![Target::Follow(job, trigger_id)], false, wait, LineFilter::ALL).await
}
