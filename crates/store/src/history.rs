//! A history of past runs, for `seed`.

use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use crate::lines::{self, Line};
use crate::time::Micros;
use crate::{Result, Store};

/// A run that ended in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRun {
    /// The execution's id.
    pub id: Uuid,
    /// Its job.
    pub job: Uuid,
    /// What started it; the empty guid for the application itself.
    pub trigger_id: Uuid,
    /// How it ended.
    pub state: ExecutionState,
    /// When it was picked up.
    pub created_at: Micros,
    /// When it ended.
    pub ended_at: Micros,
    /// Its whole log.
    pub lines: Vec<Line>,
}

impl Store {
    /// How many executions there are, finished or not.
    pub async fn count_executions(&self) -> Result<i64> {
        sqlx::query_scalar("SELECT count(*) FROM executions").fetch_one(&self.readers).await
    }

    /// Adds past runs, oldest first, in one transaction: all of them or none.
    pub async fn add_history(&self, runs: impl Iterator<Item = PastRun>) -> Result<()> {
        let mut tx = self.write().await?;
        for run in runs {
            let number: i64 = sqlx::query_scalar(
                "INSERT INTO executions (id, job, trigger_id, state, requested_at, created_at, ended_at)
                 VALUES (?, ?, ?, ?, ?5, ?5, ?6) RETURNING number",
            )
            .bind(run.id)
            .bind(run.job)
            .bind(run.trigger_id)
            .bind(run.state.number())
            .bind(run.created_at)
            .bind(run.ended_at)
            .fetch_one(&mut tx)
            .await?;
            lines::insert(&mut tx, number, 1, &run.lines).await?;
        }
        tx.commit().await
    }
}
