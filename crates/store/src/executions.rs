//! What the contract shows: the status of jobs, and their executions.

use std::ops::RangeInclusive;

use txjobs_sdk::{ExecutionState, JobStatusCode};
use uuid::Uuid;

use crate::log_id;
use crate::time::Micros;
use crate::{OrganizationId, Result, Run, Store};

/// An execution, and which of its log lines are to be shown.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Its place among all executions of the store.
    pub number: i64,
    /// Its id.
    pub id: Uuid,
    /// Its job.
    pub job: Uuid,
    /// What started it; the empty guid if nothing did through the API.
    pub trigger_id: Uuid,
    /// How far it is.
    pub state: ExecutionState,
    /// When it was picked up.
    pub created_at: Micros,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// The places of the lines that were asked for and are there: lines are only added, at the end, so that these can be
    /// read later and are still what belongs to this state.
    pub lines: RangeInclusive<i64>,
}

impl Execution {
    /// How many lines are to be shown.
    pub fn line_count(&self) -> i64 {
        (self.lines.end() - self.lines.start() + 1).max(0)
    }
}

/// Which executions of a job, and which of their lines.
#[derive(Clone, Copy, Debug)]
pub enum Selection {
    /// The newest ones.
    Newest {
        /// At most so many.
        limit: Option<u32>,
        /// Whether they come with their lines.
        lines: bool,
    },
    /// Those of one trigger id.
    OfTrigger {
        /// The trigger id.
        trigger_id: Uuid,
        /// Only the lines after this one. If no execution has it, all lines: a client that drops what it already
        /// has then misses nothing.
        after: Option<Uuid>,
    },
}

/// What the store knows of a job's trigger id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerState {
    /// Nothing.
    Unknown,
    /// Its run is pending.
    Pending {
        /// The id that the execution will have.
        execution: Uuid,
        /// When the run was requested.
        requested_at: Micros,
    },
    /// It has executions.
    Started,
}

type Row = (i64, Uuid, Uuid, i64, Micros, Option<Micros>, i64);

impl Store {
    /// The status of one job, if the organization has it.
    pub async fn status(&self, organization: OrganizationId, job: Uuid) -> Result<Option<JobStatusCode>> {
        let row: Option<(Option<i64>,)> = sqlx::query_as(
            "SELECT (SELECT max(e.state) FROM executions e WHERE e.job = j.id AND e.state < 2) FROM jobs j
             WHERE j.id = ? AND j.organization = ? AND j.position IS NOT NULL",
        )
        .bind(job)
        .bind(organization)
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.map(|(state,)| status(state)))
    }

    /// Returns when a run was requested.
    pub async fn requested_at(&self, run: &Run) -> Result<Micros> {
        sqlx::query_scalar("SELECT requested_at FROM executions WHERE number = ?")
            .bind(run.number)
            .fetch_one(&self.readers)
            .await
    }

    /// Returns the latest time of a run's execution and its log, or the minimum time.
    pub async fn latest_time(&self, run: &Run) -> Result<Micros> {
        sqlx::query_scalar(
            "SELECT max(coalesce(created_at, ?1), coalesce((SELECT max(time) FROM lines
                 WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), ?1))
             FROM executions WHERE number = ?2",
        )
        .bind(Micros::MIN)
        .bind(run.number)
        .fetch_one(&self.readers)
        .await
    }

    /// What is known of a trigger id.
    pub async fn trigger_state(&self, job: Uuid, trigger_id: Uuid) -> Result<TriggerState> {
        let row: Option<(Uuid, Micros, Option<Micros>)> = sqlx::query_as(
            "SELECT id, requested_at, created_at FROM executions WHERE trigger_id = ? AND job = ?
             ORDER BY created_at IS NULL LIMIT 1",
        )
        .bind(trigger_id)
        .bind(job)
        .fetch_optional(&self.readers)
        .await?;
        Ok(match row {
            None => TriggerState::Unknown,
            Some((execution, requested_at, None)) => TriggerState::Pending { execution, requested_at },
            Some(_) => TriggerState::Started,
        })
    }

    /// Executions of a job, oldest first, as they are in one moment.
    pub async fn executions(&self, job: Uuid, selection: Selection) -> Result<Vec<Execution>> {
        let mut rows: Vec<Row> = match selection {
            Selection::Newest { limit, lines } => {
                // A negative limit is SQLite's "all of them".
                let limit = limit.map_or(-1, i64::from);
                sqlx::query_as(
                    "SELECT number, id, trigger_id, state, created_at, ended_at,
                         iif(?, coalesce((SELECT max(lines.id) & 0xffffffff FROM lines
                             WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), 0), 0)
                     FROM executions WHERE job = ? AND created_at IS NOT NULL ORDER BY number DESC LIMIT ?",
                )
                .bind(lines)
                .bind(job)
                .bind(limit)
                .fetch_all(&self.readers)
                .await?
            }
            Selection::OfTrigger { trigger_id, .. } => {
                sqlx::query_as(
                    "SELECT number, id, trigger_id, state, created_at, ended_at,
                         coalesce((SELECT max(lines.id) & 0xffffffff FROM lines
                             WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), 0)
                     FROM executions WHERE trigger_id = ? AND job = ? AND created_at IS NOT NULL
                     ORDER BY number DESC",
                )
                .bind(trigger_id)
                .bind(job)
                .fetch_all(&self.readers)
                .await?
            }
        };
        rows.reverse();
        let after = match selection {
            Selection::OfTrigger { after, .. } => after,
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
}

fn status(unfinished: Option<i64>) -> JobStatusCode {
    match unfinished.map(ExecutionState::from) {
        None => JobStatusCode::Idle,
        Some(ExecutionState::Created) => JobStatusCode::Pending,
        Some(_) => JobStatusCode::Running,
    }
}
