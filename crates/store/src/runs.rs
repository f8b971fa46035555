//! The life of a run: requested, claimed, ended; or canceled on the way.

use txjobs_sdk::{ExecutionState, Severity};
use uuid::Uuid;

use crate::lines::{self, Line};
use crate::time::Micros;
use crate::{Result, Store};

const CANCELED_PENDING: &str = "Canceled before it started.";
const CANCELED_RUNNING: &str = "Canceled while it was running.";

/// A run that the runner has claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Run {
    /// Its number in the store.
    pub number: i64,
    /// The execution's id.
    pub id: Uuid,
    /// The job to run.
    pub job: Uuid,
    /// What requested it.
    pub trigger_id: Uuid,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// A final state.
    pub state: ExecutionState,
    /// A last error line that says why, where the log does not.
    pub because: Option<String>,
}

/// What a request to cancel found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// Nothing to cancel.
    Idle,
    /// A pending run, which has ended now.
    Ended(Run),
    /// A running one, which ends as canceled whatever its process does.
    Requested(Run),
}

/// Which unfinished runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Claimed by a gateway that is gone.
    Running,
    /// Pending, of a job that is no longer in the configuration.
    Orphaned,
}

impl Store {
    /// Claims the run that has been pending longest, of those requested until `until` and of jobs that do not run. From
    /// now on it exists for the contract, and it is running. A request from the future, of a clock that was set back, does
    /// not wait for it.
    ///
    /// A run is returned only after its claim is on the disk. Otherwise it would still be pending and would run again.
    pub async fn claim_run(&self, now: Micros, until: Micros) -> Result<Option<Run>> {
        let mut tx = self.write().await?;
        let claimed: Option<Run> = sqlx::query_as(
            "UPDATE executions SET state = 1, created_at = ?1 WHERE number =
                 (SELECT number FROM executions p WHERE state < 2 AND state = 0 AND (requested_at <= ?2 OR requested_at > ?1)
                      AND NOT EXISTS (SELECT 1 FROM executions WHERE job = p.job AND state < 2 AND state = 1)
                  ORDER BY number LIMIT 1)
             RETURNING number, id, job, trigger_id",
        )
        .bind(now)
        .bind(until)
        .fetch_optional(&mut tx)
        .await?;
        match claimed {
            None => tx.rollback().await?,
            Some(_) => tx.commit().await?,
        }
        Ok(claimed)
    }

    /// Cancels the job's unfinished run; of several, the one that runs, or else the first.
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
        let canceling = match pending {
            Some(run) => {
                lines::insert(&mut tx, run.number, 1, &[error_line(now, CANCELED_PENDING)]).await?;
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
        match canceling {
            CancelOutcome::Idle => tx.rollback().await?,
            CancelOutcome::Ended(_) | CancelOutcome::Requested(_) => tx.commit().await?,
        }
        Ok(canceling)
    }

    /// Whether somebody asked to cancel this run.
    pub async fn is_cancelled(&self, run: &Run) -> Result<bool> {
        // A reader that begins after the commit of a cancellation sees it.
        sqlx::query_scalar("SELECT cancel_requested FROM executions WHERE number = ?")
            .bind(run.number)
            .fetch_one(&self.readers)
            .await
    }

    /// Ends a run, with its last line, in one transaction: who sees the final state sees the whole log.
    ///
    /// A cancellation that was accepted wins over any other ending, so that its answer stays true. Ending a run that
    /// has ended changes nothing.
    pub async fn end_run(&self, run: &Run, ending: &Ending, now: Micros) -> Result<ExecutionState> {
        let mut tx = self.write().await?;
        let found: Option<(i64, bool)> =
            sqlx::query_as("SELECT state, cancel_requested FROM executions WHERE number = ?")
                .bind(run.number)
                .fetch_optional(&mut tx)
                .await?;
        let (state, canceled) = found.ok_or(sqlx::Error::RowNotFound)?;
        let state = ExecutionState::from(state);
        if state.is_final() {
            tx.rollback().await?;
            return Ok(state);
        }
        let mut last: Vec<Line> = ending.because.iter().map(|because| error_line(now, because)).collect();
        if canceled {
            last.push(error_line(now, CANCELED_RUNNING));
        }
        let state = if canceled { ExecutionState::Failed } else { ending.state };
        let seq = lines::next_seq(&mut tx, run.number).await?;
        lines::insert(&mut tx, run.number, seq, &last).await?;
        sqlx::query("UPDATE executions SET state = ?, created_at = coalesce(created_at, ?3), ended_at = ?3 WHERE number = ?2")
            .bind(state.number())
            .bind(run.number)
            .bind(now)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(state)
    }

    /// The jobs that are pending or running.
    pub async fn busy_jobs(&self) -> Result<Vec<Uuid>> {
        sqlx::query_scalar("SELECT DISTINCT job FROM executions WHERE state < 2")
            .fetch_all(&self.readers)
            .await
    }

    /// Runs that no gateway will end by itself.
    pub async fn leftovers(&self, unfinished: Unfinished) -> Result<Vec<Run>> {
        let sql = match unfinished {
            Unfinished::Running => {
                "SELECT number, id, job, trigger_id FROM executions WHERE state < 2 AND state = 1 ORDER BY number"
            }
            Unfinished::Orphaned => {
                "SELECT e.number, e.id, e.job, e.trigger_id FROM executions e JOIN jobs j ON j.id = e.job
                 WHERE e.state < 2 AND e.state = 0 AND j.position IS NULL ORDER BY e.number"
            }
        };
        sqlx::query_as(sql).fetch_all(&self.readers).await
    }
}

fn error_line(time: Micros, message: &str) -> Line {
    Line { time, severity: Severity::Error, message: message.to_owned() }
}
