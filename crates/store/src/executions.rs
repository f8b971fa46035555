//! Executions and job statuses, as the API shows them.

use std::ops::RangeInclusive;

use txjobs_sdk::{ExecutionState, JobStatusCode};
use uuid::Uuid;

use crate::error::Result;
use crate::identifiers::OrganizationId;
use crate::log_id;
use crate::store::Store;
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
    /// Its state.
    pub state: ExecutionState,
    /// When it was created, which is when the runner claimed the run.
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
    /// The executions of one trigger id.
    ByTrigger {
        /// The trigger id.
        trigger_id: Uuid,
        /// The id of a line; only lines after it are selected. If no execution has this line, all lines are selected: a client
        /// that drops the lines that it has then misses none.
        after: Option<Uuid>,
    },
}

type Row = (i64, Uuid, Uuid, i64, Micros, Option<Micros>, i64);

impl Store {
    /// Returns the status of a job; `None` if the organization does not have it.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn status(&self, organization: OrganizationId, job: Uuid) -> Result<Option<JobStatusCode>> {
        let row: Option<(Option<i64>,)> = sqlx::query_as(
            "SELECT (SELECT max(e.state) FROM executions e WHERE e.job = j.id AND e.state < 2) FROM jobs j
             WHERE j.id = ? AND j.organization = ? AND j.position IS NOT NULL",
        )
        .bind(job)
        .bind(organization)
        .fetch_optional(&self.read_pool)
        .await?;
        Ok(row.map(|(unfinished_state,)| status(unfinished_state)))
    }

    /// Returns executions of a job, oldest first, in a consistent state.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn executions(&self, job: Uuid, selection: Selection) -> Result<Vec<Execution>> {
        let mut rows = match selection {
            Selection::Newest { limit, with_lines } => self.newest_rows(job, limit, with_lines).await?,
            Selection::ByTrigger { trigger_id, .. } => self.rows_of_trigger(job, trigger_id).await?,
        };
        rows.reverse();
        let after = match selection {
            Selection::ByTrigger { after, .. } => after,
            Selection::Newest { .. } => None,
        };
        let execution = |(number, id, trigger_id, state, created_at, ended_at, last): Row| {
            let skipped = after.and_then(|after| log_id::decode(id, after)).unwrap_or_default();
            let state = ExecutionState::from(state);
            let lines = skipped.saturating_add(1)..=last;
            Execution { number, id, job, trigger_id, state, created_at, ended_at, lines }
        };
        Ok(rows.into_iter().map(execution).collect())
    }

    async fn newest_rows(&self, job: Uuid, limit: Option<u32>, with_lines: bool) -> Result<Vec<Row>> {
        let rows = sqlx::query_as(
            "SELECT number, id, trigger_id, state, created_at, ended_at,
                 iif(?, coalesce((SELECT max(lines.id) & 0xffffffff FROM lines
                     WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), 0), 0)
             FROM executions WHERE job = ? AND created_at IS NOT NULL ORDER BY number DESC LIMIT ?",
        )
        .bind(with_lines)
        .bind(job)
        // SQLite reads a negative limit as no limit.
        .bind(limit.map_or(-1, i64::from))
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows)
    }

    async fn rows_of_trigger(&self, job: Uuid, trigger_id: Uuid) -> Result<Vec<Row>> {
        let rows = sqlx::query_as(
            "SELECT number, id, trigger_id, state, created_at, ended_at,
                 coalesce((SELECT max(lines.id) & 0xffffffff FROM lines
                     WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), 0)
             FROM executions WHERE trigger_id = ? AND job = ? AND created_at IS NOT NULL
             ORDER BY number DESC",
        )
        .bind(trigger_id)
        .bind(job)
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows)
    }
}

fn status(unfinished_state: Option<i64>) -> JobStatusCode {
    match unfinished_state.map(ExecutionState::from) {
        None => JobStatusCode::Idle,
        Some(ExecutionState::Created) => JobStatusCode::Pending,
        Some(_) => JobStatusCode::Running,
    }
}
