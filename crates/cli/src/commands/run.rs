//! Implements `txjobs run`.

use txjobs_sdk::types::Job;

use crate::{
    args::RunArgs,
    exit::Exit,
    failure::Failure,
    output::{Output, text},
    runs::{
        follow::{LineFilter, Target, follow_all},
        job_lookup, start_job,
    },
    session::Session,
};

pub(crate) async fn run(session: &Session, output: &mut Output, arguments: RunArgs) -> Result<Exit, Failure> {
    session.interruption_message.set("no job was started.");
    let jobs = job_lookup::find_jobs(session, &arguments.jobs).await?;
    if arguments.no_wait {
        return start_without_waiting(session, output, &jobs).await;
    }
    let targets = jobs.into_iter().map(Target::Start).collect();
    follow_all(session, output, targets, arguments.sequential, &arguments.wait, LineFilter::ALL).await
}

/// Starts the jobs and prints their trigger ids.
async fn start_without_waiting(
    session: &Session,
    output: &mut Output,
    jobs: &[Job],
) -> Result<Exit, Failure> {
    let mut failures = Vec::new();
    let mut started_jobs = Vec::new();
    for job in jobs {
        let name = text::escape_line(&job.name);
        match start_job(session, job).await {
            Ok(started) => {
                let trigger_id = started.trigger_id;
                session.interruption_message.set(format!("{name} was started, trigger id {trigger_id}."));
                if jobs.len() == 1 || !output.is_json_document() {
                    output.write_trigger_id(trigger_id, &started, &format!("Started {name}"))?;
                } else {
                    started_jobs.push(started);
                }
            }
            Err(failure) if jobs.len() == 1 => return Err(failure),
            Err(failure) => {
                output.write_message(&format!("{name}: {failure}"));
                failures.push(failure.exit());
            }
        }
    }
    if jobs.len() > 1 && output.is_json_document() {
        output.write_json(&started_jobs)?;
    }
    Ok(Exit::worst(failures))
}
