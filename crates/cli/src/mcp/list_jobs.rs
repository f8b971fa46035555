//! The tool `list_jobs`.

use std::fmt::Write;

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;

use super::{
    answer::{Answer, UNTRUSTED_NOTICE},
    arguments::ListJobsArguments,
    untrusted,
};
use crate::{failure::Failure, runs::job_lookup, session::Session};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct JobList {
    /// The jobs, sorted by name.
    jobs: Vec<ListedJob>,
    /// How many jobs match, including those that are not in this list.
    matching_jobs: usize,
    /// The `offset` that returns the next jobs. It is absent if there are no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_offset: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
struct ListedJob {
    /// The id of the job.
    id: String,
    /// The name of the job.
    name: String,
    /// `idle`, `pending`, or `running`. The status does not show how the last run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
}

pub(super) async fn call(
    session: &Session,
    arguments: &ListJobsArguments,
) -> Result<Answer<JobList>, Failure> {
    let (name, limit) = (arguments.name()?, arguments.limit()? as usize);
    let offset = arguments.offset()?;
    let jobs = job_lookup::list_jobs_with_status(session, name).await?;
    let matching_jobs = jobs.len();
    let jobs: Vec<_> = jobs
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|(job, status)| ListedJob {
            id: job.id.to_string(),
            name: untrusted::clean_name(&job.name),
            status: status.map(|status| status.to_string()),
        })
        .collect();
    let end = offset.saturating_add(jobs.len());
    let next_offset = (end < matching_jobs).then_some(end);
    let list = JobList { jobs, matching_jobs, next_offset };
    Ok(Answer { text: to_text(&list), data: list })
}

fn to_text(list: &JobList) -> String {
    let mut text = match list.matching_jobs {
        0 => "No job matches.".to_owned(),
        count => format!("{count} jobs match. {UNTRUSTED_NOTICE}\n"),
    };
    for ListedJob { id, name, status } in &list.jobs {
        let status = status.as_deref().unwrap_or("status unknown");
        let _ = write!(text, "\n{name} ({status}), id {id}");
    }
    if let Some(next) = list.next_offset {
        let _ = write!(text, "\n\nThere are more. To list them: call list_jobs with offset {next}.");
    }
    text
}
