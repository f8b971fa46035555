//! `txjobs run`

use txjobs_sdk::{Error, paths};

use crate::{
    args::Wait,
    failure::{Exit, Failure},
    find,
    output::Output,
    session::Session,
    tail, text,
};

pub(crate) async fn run(
    session: &Session<'_>,
    output: &mut Output,
    job: &str,
    no_wait: bool,
    wait: &Wait,
) -> Result<Exit, Failure> {
    session.interruption.set("nothing was started.");
    let job = find::job(session, job).await?;
    let (id, name) = (job.id, text::one_line(&job.name));
    let find_out = format!(
        "Find out: {}, {}",
        session.suggest("status", &id.to_string()),
        session.suggest("logs", &id.to_string())
    );
    session.interruption.set(format!("it is not known whether {name} was started.\n{find_out}"));
    // Sent once: a second request could start the job a second time.
    let answer = session.client.execute_job().job_id(id).send().await.map_err(|error| {
        let error = Error::from_client(&paths::EXECUTE_JOB, error);
        if error.is_outcome_unknown() {
            Failure::OutcomeUnknown(error, find_out)
        } else {
            Failure::Api(error)
        }
    })?;
    let started = answer.into_inner();
    let note = format!("Started {name}");
    if no_wait {
        output.trigger_id(started.trigger_id, &started, &note)?;
        return Ok(Exit::Completed);
    }
    output.note(&format!("{note}, trigger id {}", started.trigger_id));
    tail::tail(session, output, &job, started.trigger_id, true, wait).await
}
