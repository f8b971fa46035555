//! Implements `txjobs status`.

use std::{collections::HashMap, time::Duration};

use serde::Serialize;
use tokio::time;
use txjobs_sdk::{
    Error, JobStatusCode, paths,
    types::{Job, JobId, JobStatus},
};

use crate::{
    exit::Exit,
    failure::Failure,
    output::{Cell, Column, Output, text},
    runs::job_lookup,
    session::Session,
};

const COLUMNS: [Column; 2] = [Column::shrinking("NAME"), Column::new("STATUS", 0)];
/// How often `--watch` requests the statuses. The list of all statuses is one request.
const WATCH_INTERVAL: Duration = Duration::from_secs(3);

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    jobs: &[String],
    watch: bool,
) -> Result<Exit, Failure> {
    let jobs = match jobs {
        [] => job_lookup::list_jobs(session).await?,
        names => job_lookup::find_jobs(session, names).await?,
    };
    if watch {
        return watch_statuses(session, output, &jobs).await;
    }
    if let [job] = jobs.as_slice() {
        print_one(session, output, job).await?;
    } else {
        print_several(session, output, &jobs).await?;
    }
    Ok(Exit::Completed)
}

async fn print_one(session: &Session, output: &mut Output, job: &Job) -> Result<(), Failure> {
    let response = session.client.get_job_status().job_id(job.id).send().await;
    let status = response.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?.into_inner();
    if output.is_text() { output.write_text(&label(&status)) } else { output.write_json(&status) }
}

async fn print_several(session: &Session, output: &mut Output, jobs: &[Job]) -> Result<(), Failure> {
    let statuses = load(session).await?;
    let shown: Vec<_> = jobs.iter().filter_map(|job| statuses.get(&job.id)).collect();
    if output.is_json_document() {
        return output.write_json(&shown);
    }
    if !output.is_text() {
        return shown.iter().try_for_each(|status| output.write_json(status));
    }
    let row = |job: &Job| {
        let status = statuses.get(&job.id).map(|status| status.status);
        vec![output.text_cell(&job.name), Cell::status(status)]
    };
    let rows: Vec<_> = jobs.iter().map(row).collect();
    output.write_table(&COLUMNS, &rows)
}

/// A change of a status in a stream of JSON objects.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Change<'a> {
    r#type: &'static str,
    job_id: JobId,
    job_name: &'a str,
    status: JobStatusCode,
    /// The status before, or `None` for the first one.
    before: Option<JobStatusCode>,
}

/// Prints the statuses and each change, until the command is interrupted.
async fn watch_statuses(session: &Session, output: &mut Output, jobs: &[Job]) -> Result<Exit, Failure> {
    if output.is_json_document() {
        return Err(Failure::Usage(
            "status --watch never ends, so it writes no JSON document. Use --ndjson.".to_owned(),
        ));
    }
    let mut known: HashMap<JobId, JobStatusCode> = HashMap::new();
    let mut has_failed = false;
    while !output.is_closed() {
        match load(session).await {
            Ok(statuses) => {
                has_failed = false;
                for job in jobs {
                    let Some(status) = statuses.get(&job.id).map(|status| status.status) else { continue };
                    let before = known.insert(job.id, status);
                    if before != Some(status) {
                        print_change(output, job, status, before)?;
                    }
                }
            }
            Err(Failure::Api(error)) if error.is_transient() => {
                // One message for an interruption, however long it is.
                if !std::mem::replace(&mut has_failed, true) {
                    output.write_message(&format!("{error} Still watching."));
                }
            }
            Err(failure) => return Err(failure),
        }
        output.show_brief_progress(&format!("Watching {}", text::count(jobs.len(), "job")));
        time::sleep(WATCH_INTERVAL).await;
    }
    Ok(Exit::Completed)
}

fn print_change(
    output: &mut Output,
    job: &Job,
    status: JobStatusCode,
    before: Option<JobStatusCode>,
) -> Result<(), Failure> {
    if !output.is_text() {
        return output.write_json(&Change {
            r#type: "status",
            job_id: job.id,
            job_name: &job.name,
            status,
            before,
        });
    }
    let now = txjobs_sdk::Timestamp::from(std::time::SystemTime::now());
    let time = txjobs_sdk::Timestamp::from_unix(now.unix_seconds(), 0);
    output.write_text(&format!("{time}  {status:<9}  {}", text::escape_line(&job.name)))
}

async fn load(session: &Session) -> Result<HashMap<JobId, JobStatus>, Failure> {
    let statuses = session.client.list_job_statuses().send().await;
    let statuses = statuses.map_err(|e| Error::from_client(&paths::LIST_JOB_STATUSES, e))?.into_inner();
    Ok(statuses.into_iter().map(|status| (status.job_id, status)).collect())
}

/// Returns the label of a status. For an unknown number, adds the message of the server.
fn label(status: &JobStatus) -> String {
    match status.status {
        JobStatusCode::Unknown(_) => {
            format!("{} {}", status.status, status.message.as_deref().unwrap_or_default())
        }
        code => code.to_string(),
    }
}
