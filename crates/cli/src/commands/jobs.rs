//! Implements `txjobs jobs`.

use std::collections::HashMap;

use serde::Serialize;
use txjobs_sdk::{Error, JobStatusCode, paths, types::Job};

use crate::{
    exit::Exit,
    failure::Failure,
    output::{Cell, Column, Output},
    runs::{job_lookup, names::fold},
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
    session: &Session<'_>,
    output: &mut Output,
    filter: Option<&str>,
) -> Result<Exit, Failure> {
    let (jobs, statuses) =
        tokio::join!(job_lookup::list_jobs(session), session.client.list_job_statuses().send());
    let statuses = statuses.map_err(|e| Error::from_client(&paths::LIST_JOB_STATUSES, e))?;
    let statuses: HashMap<_, _> = statuses.into_inner().into_iter().map(|s| (s.job_id, s.status)).collect();
    let folded_filter = fold(filter.unwrap_or_default());
    let rows: Vec<_> = jobs?
        .into_iter()
        .filter(|job| fold(&job.name).contains(&folded_filter))
        .map(|job| JobWithStatus { status: statuses.get(&job.id).copied(), job })
        .collect();

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
