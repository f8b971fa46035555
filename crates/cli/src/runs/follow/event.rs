//! What is followed, and what happens.

use serde::Serialize;
use txjobs_sdk::{
    RunEvent,
    types::{ExecuteJobResult, Job, JobExecutionLog, JobId, TriggerId},
};

/// A run to follow, or a job to start first.
pub(crate) enum Target {
    Start(Job),
    Follow(Job, TriggerId),
}

/// The lines that are printed, and how.
#[derive(Clone, Copy)]
pub(crate) struct LineFilter<'a> {
    pub(crate) is_shown: &'a dyn Fn(&JobExecutionLog) -> bool,
    pub(crate) has_times: bool,
}

impl LineFilter<'static> {
    /// All lines with their times.
    pub(crate) const ALL: Self = Self { is_shown: &|_| true, has_times: true };
}

/// An event of one of several runs.
pub(super) enum Event {
    Started(ExecuteJobResult),
    Run(RunEvent),
}

/// A line of a log in a stream of JSON objects.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LineEvent<'a> {
    r#type: &'static str,
    job_id: JobId,
    trigger_id: Option<TriggerId>,
    #[serde(flatten)]
    line: &'a JobExecutionLog,
}

impl<'a> LineEvent<'a> {
    pub(crate) fn new(line: &'a JobExecutionLog, job: &Job, trigger_id: Option<TriggerId>) -> Self {
        Self { r#type: "line", job_id: job.id, trigger_id, line }
    }
}
