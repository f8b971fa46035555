//! Implements `txjobs jobs`.

use serde::Serialize;
use txjobs_sdk::{JobStatusCode, types::Job};

use crate::{
    failure::{Exit, Failure},
    job_lookup,
    output::{Cell, Output},
    session::Session,
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JobWithStatus {
    #[serde(flatten)]
    job: Job,
    status: Option<JobStatusCode>,
}

pub(crate) async fn run(
    session: &Session<'_>,
    output: &mut Output,
    filter: Option<&str>,
) -> Result<Exit, Failure> {
    let jobs = job_lookup::list_jobs_with_status(session, filter.unwrap_or_default()).await?;
    let rows: Vec<_> = jobs.into_iter().map(|(job, status)| JobWithStatus { job, status }).collect();

    if output.is_json() {
        output.write_json(&rows)?;
    } else if rows.is_empty() {
        output.write_note(match filter {
            Some(_) => "No job has a name that contains this text.",
            None => "This organization has no jobs yet.",
        });
    } else {
        let cells = |row: &JobWithStatus| {
            vec![output.text_cell(&row.job.name), Cell::status(row.status), Cell::dim(row.job.id)]
        };
        let cells: Vec<_> = rows.iter().map(cells).collect();
        output.write_table(&["NAME", "STATUS", "ID"], &cells)?;
    }
    Ok(Exit::Completed)
}
