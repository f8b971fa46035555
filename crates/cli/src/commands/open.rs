//! Implements `txjobs open`.

use txjobs_sdk::types::TriggerId;

use crate::{
    exit::Exit,
    failure::Failure,
    output::Output,
    runs::job_lookup,
    session::{Session, console_link},
};

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    job: Option<&str>,
    trigger_id: Option<TriggerId>,
    is_printed: bool,
) -> Result<Exit, Failure> {
    let Some(console) = &session.console else {
        return Err(Failure::Usage(
            "The address of the console is not known. Set TXJOBS_CONSOLE, or store it in the profile: txjobs profile set NAME \
             console=URL"
                .to_owned(),
        ));
    };
    let job = match job {
        Some(job) => Some(job_lookup::find_job(session, job).await?.id),
        None => None,
    };
    let link = console_link(console, job, trigger_id);
    if output.is_text() {
        output.write_text(&link)?;
    } else {
        output.write_json(&serde_json::json!({ "Link": link }))?;
    }
    if !is_printed {
        open::that_detached(&link).map_err(|error| {
            Failure::System(format!("No browser can be opened: {error}. The address is {link}"))
        })?;
    }
    Ok(Exit::Completed)
}
