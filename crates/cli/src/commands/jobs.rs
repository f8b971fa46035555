//! Implements `txjobs jobs`.

use serde::Serialize;
use txjobs_sdk::{JobStatusCode, types::Job};

use crate::{
    exit::Exit,
    failure::Failure,
    output::{Cell, Column, Output},
    runs::job_lookup,
    session::Session,
};

const COLUMNS: [Column; 3] = [Column::shrinking("NAME"), Column::new("STATUS", 1), Column::new("ID", 2)];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JobWithStatus {
    #[serde(flatten)]
    job: Job,
    status: Option<JobStatusCode>,
}

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    filter: Option<&str>,
) -> Result<Exit, Failure> {
    let jobs = job_lookup::list_jobs_with_status(session, filter.unwrap_or_default()).await?;
    let rows: Vec<_> = jobs.into_iter().map(|(job, status)| JobWithStatus { job, status }).collect();

    if output.is_json_document() {
        output.write_json(&rows)?;
    } else if !output.is_text() {
        rows.iter().try_for_each(|row| output.write_json(row))?;
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
        output.write_table(&COLUMNS, &cells)?;
    }
    Ok(Exit::Completed)
}
