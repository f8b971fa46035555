//! Executions, as the API shows them.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use txjobs_sdk::{ExecutionState, JobStatusCode, Starter};
use uuid::Uuid;

use crate::error::Result;
use crate::identifiers::OrganizationId;
use crate::log_id;
use crate::time::Micros;

/// An execution, and which of its log lines are selected.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Its number in the store. A run that was requested later has a higher number.
    pub number: i64,
    /// Its id.
    pub id: Uuid,
    /// Its job.
    pub job: Uuid,
    /// The trigger id; nil if the run was not started by the API.
    pub trigger_id: Uuid,
    /// What started it. `None`: unknown, as of a run of another server.
    pub starter: Option<Starter>,
    /// The address of a page about it in the system where its work runs.
    pub link: Option<String>,
    /// Its state.
    pub state: ExecutionState,
    /// When it was created, which is when a node claimed the run.
    pub created_at: Micros,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// The sequence numbers of the selected lines. Lines are only appended, so that these lines can be read later and still
    /// match the state.
    pub lines: RangeInclusive<i64>,
}

impl Execution {
    /// Returns the number of selected lines.
    pub fn line_count(&self) -> i64 {
        (self.lines.end() - self.lines.start() + 1).max(0)
    }
}

/// Selects executions of a job, and their lines.
#[derive(Clone, Copy, Debug)]
pub enum Selection {
    /// The newest executions.
    Newest {
        /// The maximum number of executions.
        limit: Option<u32>,
        /// Whether their lines are selected.
        with_lines: bool,
    },
    /// The executions of one trigger id, or one execution without a trigger id.
    ByTrigger {
        /// The trigger id, or the id of the execution.
        trigger_id: Uuid,
        /// The id of a line; only lines after it are selected. If no execution has this line, all lines are selected: a client
        /// that drops the lines that it has then misses none.
        after: Option<Uuid>,
    },
}

/// Number, id, trigger id, starter, link, state, time of creation, time of the end, and the sequence number of the last line.
pub(crate) type ExecutionRow =
    (i64, Uuid, Uuid, Option<i64>, Option<String>, i64, Micros, Option<Micros>, i64);

/// The states of a run that completed, also with warnings.
pub(crate) const SUCCESSES: [i64; 2] =
    [ExecutionState::Completed.number(), ExecutionState::CompletedWithWarnings.number()];

/// Converts rows, newest first, into executions, oldest first.
pub(crate) fn from_rows(rows: Vec<ExecutionRow>, job: Uuid, selection: Selection) -> Vec<Execution> {
    let after = match selection {
        Selection::ByTrigger { after, .. } => after,
        Selection::Newest { .. } => None,
    };
    let execution = |row: ExecutionRow| {
        let (number, id, trigger_id, starter, link, state, created_at, ended_at, last) = row;
        let skipped = after.and_then(|after| log_id::decode(id, after)).unwrap_or_default();
        let (starter, state) = (starter.map(Starter::from), ExecutionState::from(state));
        let lines = skipped.saturating_add(1)..=last;
        Execution { number, id, job, trigger_id, starter, link, state, created_at, ended_at, lines }
    };
    rows.into_iter().rev().map(execution).collect()
}

/// Reads executions and statuses.
#[async_trait]
pub trait ExecutionStore: Send + Sync {
    /// Returns the status of a job; `None` if the organization does not have it.
    async fn status(&self, organization: OrganizationId, job: Uuid) -> Result<Option<JobStatusCode>>;

    /// Returns executions of a job, oldest first, in a consistent state.
    async fn executions(&self, job: Uuid, selection: Selection) -> Result<Vec<Execution>>;

    /// Returns when the newest run of a job that completed, also with warnings, ended. `None`: the store has no such run.
    async fn last_success(&self, job: Uuid) -> Result<Option<Micros>>;
}
