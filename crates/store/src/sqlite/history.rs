//! Past runs, which were executed earlier or elsewhere.

use sqlx::{QueryBuilder, Sqlite};
use txjobs_sdk::{ExecutionState, Starter};
use uuid::Uuid;

use super::connection::transaction::WriteTransaction;
use crate::error::Result;
use crate::lines::Line;
use crate::time::Micros;

/// The number of rows of a statement: with nine values each below SQLite's limit of 32,766 values.
const ROWS_PER_STATEMENT: usize = 1000;

/// A run that ended in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRun {
    /// The id of its execution.
    pub id: Uuid,
    /// Its job.
    pub job: Uuid,
    /// The trigger id; nil if the run was not started by the API.
    pub trigger_id: Uuid,
    /// What started it, if that is known.
    pub starter: Option<Starter>,
    /// Its final state.
    pub state: ExecutionState,
    /// When the execution was created.
    pub created_at: Micros,
    /// When it ended.
    pub ended_at: Micros,
    /// Its log.
    pub lines: Vec<Line>,
}

impl WriteTransaction {
    /// Adds past runs with their logs. The runs of a job must be in the order of time, and no newer run of the job may exist.
    ///
    /// Returns the number of the first execution. The others follow it.
    ///
    /// # Errors
    ///
    /// Fails if an id exists, or if the database fails.
    pub async fn add_past_runs(&mut self, runs: &[PastRun]) -> Result<i64> {
        let first: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) + 1 FROM executions")
            .fetch_one(&mut *self)
            .await?;
        let mut rows = (first..).zip(runs);
        for chunk in runs.chunks(ROWS_PER_STATEMENT) {
            let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
                "INSERT INTO executions (number, id, job, trigger_id, starter, state, requested_at, created_at, ended_at) ",
            );
            insert.push_values(rows.by_ref().take(chunk.len()), |mut row, (number, run)| {
                row.push_bind(number)
                    .push_bind(run.id)
                    .push_bind(run.job)
                    .push_bind(run.trigger_id)
                    .push_bind(run.starter.map(Starter::number))
                    .push_bind(run.state.number())
                    .push_bind(run.created_at)
                    .push_bind(run.created_at)
                    .push_bind(run.ended_at);
            });
            insert.build().persistent(chunk.len() == ROWS_PER_STATEMENT).execute(&mut *self).await?;
        }
        let mut lines = Vec::with_capacity(runs.iter().map(|run| run.lines.len()).sum());
        for (number, run) in (first..).zip(runs) {
            lines.extend((1..).zip(&run.lines).map(|(seq, line)| (number, seq, line)));
        }
        self.insert_lines(&lines).await?;
        Ok(first)
    }
}
