//! Implements `txjobs run`.

use txjobs_sdk::{Error, paths};

use crate::{
    args::WaitArgs,
    failure::{Exit, Failure},
    follow_run, job_lookup,
    output::Output,
    session::Session,
    text,
};

pub(crate) async fn run(
    session: &Session<'_>,
    output: &mut Output,
    job: &str,
    no_wait: bool,
    wait: &WaitArgs,
) -> Result<Exit, Failure> {
    session.interruption_message.set("no job was started.");
    let job = job_lookup::find_job(session, job).await?;
    let (id, name) = (job.id, text::escape_line(&job.name));
    let next_step = format!(
        "To check: {}, {}",
        session.command_line("status", &id.to_string()),
        session.command_line("logs", &id.to_string())
    );
    session.interruption_message.set(format!("it is unknown whether {name} was started.\n{next_step}"));
    // Do not retry: a second request could start the job again.
    let response = session.client.execute_job().job_id(id).send().await.map_err(|error| {
        let error = Error::from_client(&paths::EXECUTE_JOB, error);
        if error.is_outcome_unknown() {
            Failure::OutcomeUnknown(error, next_step)
        } else {
            Failure::Api(error)
        }
    })?;
    let started = response.into_inner();
    session.interruption_message.set(format!("{name} was started, trigger id {}.", started.trigger_id));
    let note = format!("Started {name}");
    if no_wait {
        output.write_trigger_id(started.trigger_id, &started, &note)?;
        return Ok(Exit::Completed);
    }
    output.write_note(&format!("{note}, trigger id {}", started.trigger_id));
    follow_run::follow_run(session, output, &job, started.trigger_id, true, wait).await
}
