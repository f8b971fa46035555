//! The life of a run: requested, claimed, ended, or canceled in between.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};
use txjobs_sdk::{ExecutionState, Severity};
use uuid::Uuid;

use crate::error::{ErrorKind, Result};
use crate::lines::Line;
use crate::run_requests::BusyPolicy;
use crate::store::Store;
use crate::time::Micros;

const CANCELED_PENDING: &str = "Canceled before it started.";
const CANCELED_RUNNING: &str = "Canceled while it was running.";

/// A run that the runner has claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The number of its execution in the store.
    pub number: i64,
    /// The id of its execution.
    pub id: Uuid,
    /// The job to run.
    pub job: Uuid,
    /// The trigger id.
    pub trigger_id: Uuid,
}

impl FromRow<'_, SqliteRow> for Run {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            number: row.try_get("number")?,
            id: row.try_get("id")?,
            job: row.try_get("job")?,
            trigger_id: row.try_get("trigger_id")?,
        })
    }
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResult {
    /// The final state.
    pub state: ExecutionState,
    /// The reason of a failure, which becomes the last line of the log. `None` if the log contains it already.
    pub error: Option<String>,
}

/// The outcome of a request to cancel a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The job is neither pending nor running.
    Idle,
    /// The run was pending and has ended as failed.
    Ended(Run),
    /// The run is running. It will end as failed, whatever its own result.
    Requested(Run),
}

impl Store {
    /// Requests a run. Returns true if the run is on the disk, and false if the job is pending or running and the policy
    /// refuses the run.
    ///
    /// # Errors
    ///
    /// Fails if the job does not exist, or if the database fails.
    pub async fn request_run(
        &self,
        job: Uuid,
        trigger_id: Uuid,
        now: Micros,
        policy: BusyPolicy,
    ) -> Result<bool> {
        self.run_requests.send(job, trigger_id, now, policy).await
    }

    /// Claims the first pending run that was requested until `requested_until` and whose job is not running. From now on its
    /// execution exists for the API, and it is running.
    ///
    /// A run whose request has a time after `now`, because the clock was set back, is claimed as well.
    ///
    /// A run is returned only after its claim is on the disk. Otherwise it would still be pending and would run again.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn claim_run(&self, now: Micros, requested_until: Micros) -> Result<Option<Run>> {
        let mut tx = self.write().await?;
        let claimed: Option<Run> = sqlx::query_as(
            "UPDATE executions SET state = 1, created_at = ?1 WHERE number =
                 (SELECT number FROM executions p WHERE state < 2 AND state = 0 AND (requested_at <= ?2 OR requested_at > ?1)
                      AND NOT EXISTS (SELECT 1 FROM executions WHERE job = p.job AND state < 2 AND state = 1)
                  ORDER BY number LIMIT 1)
             RETURNING number, id, job, trigger_id",
        )
        .bind(now)
        .bind(requested_until)
        .fetch_optional(&mut tx)
        .await?;
        match claimed {
            None => tx.rollback().await?,
            Some(_) => tx.commit().await?,
        }
        Ok(claimed)
    }

    /// Cancels the job's unfinished run. If the job has several, cancels the running one, or else the first pending one.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn cancel_run(&self, job: Uuid, now: Micros) -> Result<CancelOutcome> {
        let mut tx = self.write().await?;
        let pending: Option<Run> = sqlx::query_as(
            "UPDATE executions SET state = 3, created_at = ?1, ended_at = ?1, cancel_requested = 1
             WHERE number = (SELECT number FROM executions WHERE job = ?2 AND state < 2 ORDER BY state DESC, number LIMIT 1)
                 AND state = 0
             RETURNING number, id, job, trigger_id",
        )
        .bind(now)
        .bind(job)
        .fetch_optional(&mut tx)
        .await?;
        let outcome = match pending {
            Some(run) => {
                tx.append_lines(run.number, 1, &[error_line(now, CANCELED_PENDING)]).await?;
                CancelOutcome::Ended(run)
            }
            None => sqlx::query_as(
                "UPDATE executions SET cancel_requested = 1 WHERE job = ? AND state < 2 AND state = 1
                 RETURNING number, id, job, trigger_id",
            )
            .bind(job)
            .fetch_optional(&mut tx)
            .await?
            .map_or(CancelOutcome::Idle, CancelOutcome::Requested),
        };
        match outcome {
            CancelOutcome::Idle => tx.rollback().await?,
            CancelOutcome::Ended(_) | CancelOutcome::Requested(_) => tx.commit().await?,
        }
        Ok(outcome)
    }

    /// Returns whether a cancellation of this run was requested.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn is_cancel_requested(&self, run: &Run) -> Result<bool> {
        // A reader that begins after the commit of a cancellation sees it.
        let is_requested = sqlx::query_scalar("SELECT cancel_requested FROM executions WHERE number = ?")
            .bind(run.number)
            .fetch_one(&self.read_pool)
            .await?;
        Ok(is_requested)
    }

    /// Ends a run and writes its last line in one transaction, so that a final state is never shown without the whole log.
    /// Returns the final state.
    ///
    /// A canceled run ends as failed, whatever its result, so that the response to the cancellation stays true. Ending a run
    /// that has ended changes nothing.
    ///
    /// # Errors
    ///
    /// Fails if the run does not exist, or if the database fails.
    pub async fn end_run(&self, run: &Run, result: &RunResult, now: Micros) -> Result<ExecutionState> {
        let mut tx = self.write().await?;
        let found: Option<(i64, bool)> =
            sqlx::query_as("SELECT state, cancel_requested FROM executions WHERE number = ?")
                .bind(run.number)
                .fetch_optional(&mut tx)
                .await?;
        let (state, is_canceled) = found.ok_or(ErrorKind::NotFound)?;
        let state = ExecutionState::from(state);
        if state.is_final() {
            tx.rollback().await?;
            return Ok(state);
        }
        let mut lines: Vec<Line> = result.error.iter().map(|error| error_line(now, error)).collect();
        if is_canceled {
            lines.push(error_line(now, CANCELED_RUNNING));
        }
        let state = if is_canceled { ExecutionState::Failed } else { result.state };
        let seq = tx.next_seq(run.number).await?;
        tx.append_lines(run.number, seq, &lines).await?;
        sqlx::query("UPDATE executions SET state = ?, created_at = coalesce(created_at, ?3), ended_at = ?3 WHERE number = ?2")
            .bind(state.number())
            .bind(run.number)
            .bind(now)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(state)
    }

    /// Returns when a run was requested.
    ///
    /// # Errors
    ///
    /// Fails if the run does not exist, or if the database fails.
    pub async fn requested_at(&self, run: &Run) -> Result<Micros> {
        let time = sqlx::query_scalar("SELECT requested_at FROM executions WHERE number = ?")
            .bind(run.number)
            .fetch_one(&self.read_pool)
            .await?;
        Ok(time)
    }

    /// Returns the latest time of a run's execution and its log, or [`Micros::MIN`] if it has neither.
    ///
    /// # Errors
    ///
    /// Fails if the run does not exist, or if the database fails.
    pub async fn latest_time(&self, run: &Run) -> Result<Micros> {
        let time = sqlx::query_scalar(
            "SELECT max(coalesce(created_at, ?1), coalesce((SELECT max(time) FROM lines
                 WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), ?1))
             FROM executions WHERE number = ?2",
        )
        .bind(Micros::MIN)
        .bind(run.number)
        .fetch_one(&self.read_pool)
        .await?;
        Ok(time)
    }

    /// Returns the running runs. Before a runner starts, these are the runs of an earlier process that did not end them.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn running_runs(&self) -> Result<Vec<Run>> {
        let runs = sqlx::query_as(
            "SELECT number, id, job, trigger_id FROM executions WHERE state < 2 AND state = 1 ORDER BY number",
        )
        .fetch_all(&self.read_pool)
        .await?;
        Ok(runs)
    }

    /// Returns the pending runs of jobs that are no longer in the configuration.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn orphaned_runs(&self) -> Result<Vec<Run>> {
        let runs = sqlx::query_as(
            "SELECT e.number, e.id, e.job, e.trigger_id FROM executions e JOIN jobs j ON j.id = e.job
             WHERE e.state < 2 AND e.state = 0 AND j.position IS NULL ORDER BY e.number",
        )
        .fetch_all(&self.read_pool)
        .await?;
        Ok(runs)
    }
}

fn error_line(time: Micros, message: &str) -> Line {
    Line { time, severity: Severity::Error, message: message.to_owned() }
}
