//! Reads the state of runs at an earlier time, and of trigger ids.

use std::collections::HashMap;

use txjobs_gateway::clock::Micros;
use txjobs_sdk::JobStatusCode;
use txjobs_store::{Result, SqliteStore};
use uuid::Uuid;

/// The state of a trigger id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerState {
    /// No run of the job has it.
    Unknown,
    /// Its run is pending.
    Pending {
        /// The id that the execution will have.
        execution: Uuid,
        /// The time of the request.
        requested_at: Micros,
    },
    /// It has executions.
    Started,
}

/// Returns the jobs of all organizations that were pending or running at a time.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn unfinished_jobs_at(store: &SqliteStore, time: Micros) -> Result<HashMap<Uuid, JobStatusCode>> {
    let rows: Vec<(Uuid, bool)> = sqlx::query_as(
        "SELECT job, max(created_at IS NOT NULL AND created_at <= ?1) FROM executions
         WHERE requested_at <= ?1 AND (ended_at IS NULL OR ended_at > ?1) GROUP BY job",
    )
    .bind(time)
    .fetch_all(store.read_pool())
    .await?;
    let status = |is_running| if is_running { JobStatusCode::Running } else { JobStatusCode::Pending };
    Ok(rows.into_iter().map(|(job, is_running)| (job, status(is_running))).collect())
}

/// Returns the state of a trigger id of a job.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn trigger_state(store: &SqliteStore, job: Uuid, trigger_id: Uuid) -> Result<TriggerState> {
    let row: Option<(Uuid, Micros, Option<Micros>)> = sqlx::query_as(
        "SELECT id, requested_at, created_at FROM executions WHERE trigger_id = ? AND job = ?
         ORDER BY created_at IS NULL LIMIT 1",
    )
    .bind(trigger_id)
    .bind(job)
    .fetch_optional(store.read_pool())
    .await?;
    Ok(match row {
        None => TriggerState::Unknown,
        Some((execution, requested_at, None)) => TriggerState::Pending { execution, requested_at },
        Some(_) => TriggerState::Started,
    })
}

/// Returns the number of executions, including pending runs.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn count_executions(store: &SqliteStore) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM executions").fetch_one(store.read_pool()).await?)
}
