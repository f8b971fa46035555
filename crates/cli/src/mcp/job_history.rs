//! The tool `job_history`.

use std::fmt::Write;

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;

use super::{
    answer::{Answer, UNTRUSTED_NOTICE},
    arguments::JobHistoryArguments,
    named_job::{self, NamedJob},
    run_summary::RunSummary,
};
use crate::{
    failure::Failure,
    runs::{load_history, sort_lines},
    session::Session,
};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct History {
    job: NamedJob,
    /// The newest runs, newest first.
    runs: Vec<RunSummary>,
    /// Whether the job has older runs.
    has_more: bool,
}

pub(super) async fn call(
    session: &Session,
    arguments: &JobHistoryArguments,
) -> Result<Answer<History>, Failure> {
    let limit = arguments.limit()?;
    let job = named_job::find(session, arguments.job()?).await?;
    // One more, to find out whether there are more.
    let mut executions = load_history(session, job.id, limit as usize + 1, true).await?;
    let has_more = executions.len() > limit as usize;
    executions.truncate(limit as usize);
    let summaries = executions.iter_mut().map(|execution| {
        sort_lines(execution);
        RunSummary::from(&*execution)
    });
    let history = History { job: NamedJob::from(&job), runs: summaries.collect(), has_more };
    Ok(Answer { text: to_text(&history), data: history })
}

fn to_text(history: &History) -> String {
    let name = &history.job.name;
    if history.runs.is_empty() {
        return format!("{name} has no runs yet.");
    }
    let mut text = format!("Runs of {name}, newest first. {UNTRUSTED_NOTICE}\n");
    for run in &history.runs {
        let _ = write!(text, "\n{}", run.to_text());
    }
    if history.has_more {
        text.push_str(
            "\n\nThere are older runs. To list more: call job_history with a higher limit (at most 100).",
        );
    }
    text
}
