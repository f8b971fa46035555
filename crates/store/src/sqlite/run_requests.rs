//! Writes requested runs. Requests that arrive during another write are committed together.

use tokio::sync::mpsc;

use super::connection::transaction::WriteTransaction;
use super::connection::writer::Writer;
use crate::error::{Error, Result};
use crate::run_requests::{RunRequest, fill_batch};
use crate::runs::BusyPolicy;

/// Writes the requests of a queue until it is closed.
pub(super) async fn write_requests(writer: Writer, mut queue: mpsc::Receiver<RunRequest>) {
    while let Some(first) = queue.recv().await {
        let transaction = writer.begin().await;
        // Requests that arrived while this one waited for the writer.
        let mut batch = vec![first];
        fill_batch(&mut batch, &mut queue);
        match transaction {
            Ok(transaction) => write_batch(&writer, transaction, batch).await,
            Err(error) => fail(batch, error),
        }
    }
}

/// Writes requests in one transaction and sends the result of each.
async fn write_batch(writer: &Writer, mut transaction: WriteTransaction, batch: Vec<RunRequest>) {
    let mut results = Vec::with_capacity(batch.len());
    for request in &batch {
        if request.response.is_closed() {
            // Its caller no longer waits for the result.
            results.push(false);
            continue;
        }
        match insert(&mut transaction, request).await {
            Ok(is_accepted) => results.push(is_accepted),
            Err(_) if batch.len() > 1 => {
                // Nothing was committed. The cause may concern one request only, so each gets a transaction of its own.
                drop(transaction);
                return write_each(writer, batch).await;
            }
            Err(error) => return fail(batch, error),
        }
    }
    let committed = match results.contains(&true) {
        true => transaction.commit().await,
        false => transaction.rollback().await,
    };
    match committed {
        Ok(()) => {
            for (request, is_accepted) in batch.into_iter().zip(results) {
                // The caller may have stopped waiting in the meantime. Then the run exists nevertheless.
                let _ = request.response.send(Ok(is_accepted));
            }
        }
        Err(error) => fail(batch, error),
    }
}

async fn write_each(writer: &Writer, batch: Vec<RunRequest>) {
    for request in batch {
        match writer.begin().await {
            Ok(transaction) => Box::pin(write_batch(writer, transaction, vec![request])).await,
            Err(error) => fail(vec![request], error),
        }
    }
}

async fn insert(transaction: &mut WriteTransaction, request: &RunRequest) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO executions (id, job, trigger_id, starter, state, requested_at, queue_index)
         SELECT ?1, ?2, ?3, 0, 0, ?4, coalesce(max(queue_index) + 1, 0)
         FROM executions INDEXED BY executions_unfinished WHERE job = ?2 AND state < 2
         HAVING ?5 OR count(*) = 0",
    )
    .bind(request.id)
    .bind(request.job)
    .bind(request.trigger_id)
    .bind(request.now)
    .bind(request.policy == BusyPolicy::Queue)
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sends the error to the caller of each request.
fn fail(batch: Vec<RunRequest>, error: Error) {
    for request in batch {
        let _ = request.response.send(Err(error.clone()));
    }
}
