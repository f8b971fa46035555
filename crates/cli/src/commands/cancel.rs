//! Implements `txjobs cancel`.

use txjobs_sdk::{Error, ErrorKind, Extensions, paths};

use crate::{
    exit::Exit,
    failure::Failure,
    output::{Output, text},
    prompt,
    runs::job_lookup,
    session::Session,
};

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    job: &str,
    is_confirmed: bool,
) -> Result<Exit, Failure> {
    session.interruption_message.set("no job was canceled.");
    let job = job_lookup::find_job(session, job).await?;
    let (id, name) = (job.id, text::escape_line(&job.name));
    let status = session.client.get_job_status().job_id(id).send().await;
    let status = status.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?;
    if !Extensions::from(status.headers()).cancel {
        return Err(Failure::Usage(
            "This server cannot cancel jobs: it does not announce the extension, and the vendor's API has no such operation."
                .to_owned(),
        ));
    }
    if !is_confirmed
        && !prompt::confirm(
            output,
            &format!("Cancel the current run of {name}? Work already done is not undone."),
        )
        .await?
    {
        output.write_message("Nothing was canceled.");
        return Ok(Exit::Completed);
    }
    let next_step = format!("To check: {}", session.command_line("status", &id.to_string()));
    session.interruption_message.set(format!("it is unknown whether {name} is being canceled.\n{next_step}"));
    let response = session.client.cancel_job().job_id(id).send().await.map_err(|error| {
        let error = Error::from_client(&paths::CANCEL_JOB, error);
        if error.is_outcome_unknown() {
            Failure::OutcomeUnknown(error, next_step)
        } else if error.kind == ErrorKind::Conflict {
            Failure::Busy(format!("{name} is neither pending nor running, so there is nothing to cancel."))
        } else {
            Failure::Api(error)
        }
    })?;
    let canceled = response.into_inner();
    session.interruption_message.set(format!("{name} is being canceled."));
    output.write_trigger_id(canceled.trigger_id, &canceled, &format!("Canceling {name}"))?;
    if output.is_text() {
        output.write_note(&format!("{name} is being canceled."));
    }
    Ok(Exit::Completed)
}
