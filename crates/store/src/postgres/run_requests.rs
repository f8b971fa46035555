//! Writes requested runs. Requests that arrive during another write are committed together.

use std::collections::HashSet;

use sqlx::postgres::PgPool;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::connection::PgTransaction;
use crate::error::{ErrorKind, Result};
use crate::run_requests::{RunRequest, fill_batch};
use crate::runs::BusyPolicy;

/// Writes the requests of a queue until it is closed.
pub(super) async fn write_requests(pool: PgPool, mut queue: mpsc::Receiver<RunRequest>) {
    while let Some(first) = queue.recv().await {
        let mut batch = vec![first];
        fill_batch(&mut batch, &mut queue);
        // Nobody waits for these any more.
        batch.retain(|request| !request.response.is_closed());
        match write_batch(&pool, &batch).await {
            Ok((accepted, known)) => {
                for request in batch {
                    let result = match accepted.contains(&request.id) {
                        true => Ok(true),
                        false if known.contains(&request.job) => Ok(false),
                        false => Err(ErrorKind::NotFound.into()),
                    };
                    // The caller may have stopped waiting in the meantime. Then the run exists nevertheless.
                    let _ = request.response.send(result);
                }
            }
            Err(error) => {
                for request in batch {
                    let _ = request.response.send(Err(error.clone()));
                }
            }
        }
    }
}

/// Writes requests in one transaction. Returns the accepted ones, and the jobs that exist.
async fn write_batch(pool: &PgPool, batch: &[RunRequest]) -> Result<(HashSet<Uuid>, HashSet<Uuid>)> {
    let mut tx = PgTransaction::begin(pool).await?;
    let (queued, single): (Vec<_>, Vec<_>) =
        batch.iter().partition(|request| request.policy == BusyPolicy::Queue);
    let mut accepted = insert(&mut tx, &single).await?;
    for request in queued {
        accepted.extend(insert_queued(&mut tx, request).await?);
    }
    let jobs: Vec<Uuid> = batch.iter().filter(|r| !accepted.contains(&r.id)).map(|r| r.job).collect();
    let known = match jobs.is_empty() {
        true => HashSet::new(),
        false => sqlx::query_scalar("SELECT id FROM jobs WHERE id = ANY ($1)")
            .bind(jobs)
            .fetch_all(&mut tx)
            .await?
            .into_iter()
            .collect(),
    };
    tx.commit().await?;
    Ok((accepted, known))
}

/// Inserts the runs of jobs that have no unfinished run. In the order of the jobs, so that two nodes that write the same jobs do
/// not wait for each other in a circle.
async fn insert(tx: &mut PgTransaction, requests: &[&RunRequest]) -> Result<HashSet<Uuid>> {
    if requests.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO executions (id, job, trigger_id, starter, state, requested_at)
         SELECT r.id, r.job, r.trigger_id, 0, 0, r.time FROM unnest($1, $2, $3, $4) WITH ORDINALITY
             AS r (id, job, trigger_id, time, n) JOIN jobs j ON j.id = r.job
         WHERE NOT EXISTS (SELECT 1 FROM executions e WHERE e.job = r.job AND e.state < 2)
         ORDER BY r.job, r.n
         ON CONFLICT (job, queue_index) WHERE state < 2 DO NOTHING RETURNING id",
    )
    .bind(requests.iter().map(|r| r.id).collect::<Vec<_>>())
    .bind(requests.iter().map(|r| r.job).collect::<Vec<_>>())
    .bind(requests.iter().map(|r| r.trigger_id).collect::<Vec<_>>())
    .bind(requests.iter().map(|r| r.now).collect::<Vec<_>>())
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().collect())
}

/// Inserts a run after the unfinished runs of its job.
async fn insert_queued(tx: &mut PgTransaction, request: &RunRequest) -> Result<Option<Uuid>> {
    // Requests of the same job wait for each other.
    sqlx::query("SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE").bind(request.job).execute(&mut *tx).await?;
    let id = sqlx::query_scalar(
        "INSERT INTO executions (id, job, trigger_id, starter, state, requested_at, queue_index)
         SELECT $1, j.id, $3, 0, 0, $4, coalesce((SELECT max(queue_index) + 1 FROM executions WHERE job = $2 AND state < 2), 0)
         FROM jobs j WHERE j.id = $2 ON CONFLICT (job, queue_index) WHERE state < 2 DO NOTHING RETURNING id",
    )
    .bind(request.id)
    .bind(request.job)
    .bind(request.trigger_id)
    .bind(request.now)
    .fetch_optional(tx)
    .await?;
    Ok(id)
}
