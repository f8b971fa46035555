//! `txjobs jobs`

use std::collections::HashMap;

use serde::Serialize;
use txjobs_sdk::{Client, JobStatusCode, Trouble, paths, types::Job};

use crate::{
    failure::{Exit, Failure},
    find,
    output::{Cell, Output},
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JobWithStatus {
    #[serde(flatten)]
    job: Job,
    status: Option<JobStatusCode>,
}

pub(crate) async fn run(client: &Client, output: &mut Output, filter: Option<&str>) -> Result<Exit, Failure> {
    let (jobs, statuses) = tokio::join!(find::jobs(client), client.list_job_statuses().send());
    let statuses = statuses.map_err(|e| Trouble::from_client(&paths::LIST_JOB_STATUSES, e))?;
    let statuses: HashMap<_, _> = statuses.into_inner().into_iter().map(|s| (s.job_id, s.status)).collect();
    let wanted = filter.unwrap_or_default().to_lowercase();
    let rows: Vec<_> = jobs?
        .into_iter()
        .filter(|job| job.name.to_lowercase().contains(&wanted))
        .map(|job| JobWithStatus { status: statuses.get(&job.id).copied(), job })
        .collect();

    if output.is_json() {
        output.json(&rows);
    } else if rows.is_empty() {
        output.note(match filter {
            Some(_) => "No job's name contains that.",
            None => "This organisation has no jobs yet.",
        });
    } else {
        let cells = |row: &JobWithStatus| {
            vec![Cell::text(&row.job.name), Cell::status(row.status), Cell::dim(row.job.id)]
        };
        output.table(&["NAME", "STATUS", "ID"], &rows.iter().map(cells).collect::<Vec<_>>());
    }
    Ok(Exit::Completed)
}
