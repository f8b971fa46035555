//! Implements `txjobs jobs`.

use serde::Serialize;
use txjobs_sdk::{
    JobStatusCode,
    types::{Job, JobSchedule},
};

use crate::{
    exit::Exit,
    failure::Failure,
    output::{Cell, Column, Output},
    runs::job_lookup,
    session::Session,
};

const COLUMNS: [Column; 3] = [Column::shrinking("NAME"), Column::new("STATUS", 1), Column::new("ID", 3)];
/// The column of jobs that start by themselves. It is left out if there are none. The names of other jobs may be long.
const NEXT_RUN: Column = Column { shrinks: true, ..Column::new("NEXT RUN", 2) };

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
        let has_schedules = rows.iter().any(|row| schedule(&row.job).is_some());
        let cells = |row: &JobWithStatus| {
            let mut cells = vec![output.text_cell(&row.job.name), Cell::status(row.status)];
            if has_schedules {
                let next_run = schedule(&row.job).map_or_else(|| "-".to_owned(), next_run);
                cells.push(output.text_cell(&next_run));
            }
            cells.push(Cell::dim(row.job.id));
            cells
        };
        let cells: Vec<_> = rows.iter().map(cells).collect();
        let [name, status, id] = COLUMNS;
        let columns = match has_schedules {
            true => vec![name, status, NEXT_RUN, id],
            false => vec![name, status, id],
        };
        output.write_table(&columns, &cells)?;
    }
    Ok(Exit::Completed)
}

/// Returns the schedule of a job that starts by itself.
fn schedule(job: &Job) -> Option<&JobSchedule> {
    job.schedule.as_ref().filter(|schedule| !schedule.is_empty())
}

/// Returns the next due time, or the jobs after which a job runs.
fn next_run(schedule: &JobSchedule) -> String {
    let upstream_jobs: Vec<_> = schedule.upstream_jobs().collect();
    match schedule.due_time() {
        Some(due) => due.to_string(),
        None if upstream_jobs.is_empty() => "-".to_owned(),
        None => format!("after {}", upstream_jobs.join(", ")),
    }
}
