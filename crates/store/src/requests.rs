//! Requests of runs. Those that arrive during another write are committed together.

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::time::Micros;
use crate::writer::{WriteTransaction, Writer};
use crate::{ErrorKind, Result, Store};

/// The capacity of the queue. Further callers wait for a place.
const QUEUE_SIZE: usize = 1024;
/// The most requests in one transaction, so that other writes need not wait long.
const BATCH_SIZE: usize = 256;

/// Sends requests to the task that writes them, which ends with the last clone.
pub(super) type RequestSender = mpsc::Sender<RunRequest>;

/// A requested run.
#[derive(Debug)]
pub(super) struct RunRequest {
    job: Uuid,
    trigger_id: Uuid,
    now: Micros,
    queue: bool,
    answer: oneshot::Sender<Result<bool>>,
}

impl Store {
    /// Requests a run. Returns true if the run is on the disk, and false if the job has an unfinished run, unless runs `queue`.
    pub async fn request_run(&self, job: Uuid, trigger_id: Uuid, now: Micros, queue: bool) -> Result<bool> {
        let (answer, answered) = oneshot::channel();
        let request = RunRequest { job, trigger_id, now, queue, answer };
        self.requests.send(request).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        answered.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }
}

/// Starts the task that writes requests.
pub(super) fn start(writer: Writer) -> RequestSender {
    let (sender, receiver) = mpsc::channel(QUEUE_SIZE);
    tokio::spawn(write_requests(writer, receiver));
    sender
}

async fn write_requests(writer: Writer, mut queue: mpsc::Receiver<RunRequest>) {
    while let Some(first) = queue.recv().await {
        let transaction = writer.begin().await;
        // Requests that arrived while this one waited for the writer.
        let mut batch = vec![first];
        while batch.len() < BATCH_SIZE
            && let Ok(request) = queue.try_recv()
        {
            batch.push(request);
        }
        match transaction {
            Ok(transaction) => write_batch(&writer, transaction, batch).await,
            Err(error) => fail(batch, error),
        }
    }
}

/// Writes requests in one transaction and answers each.
async fn write_batch(writer: &Writer, mut transaction: WriteTransaction, batch: Vec<RunRequest>) {
    let mut accepted = Vec::with_capacity(batch.len());
    for request in &batch {
        if request.answer.is_closed() {
            // Its caller no longer waits for an answer.
            accepted.push(false);
            continue;
        }
        match insert(&mut transaction, request).await {
            Ok(is_accepted) => accepted.push(is_accepted),
            Err(_) if batch.len() > 1 => {
                // Nothing was committed. The cause may concern one request only, so each gets a transaction of its own.
                drop(transaction);
                return write_each(writer, batch).await;
            }
            Err(error) => return fail(batch, error),
        }
    }
    let committed = match accepted.contains(&true) {
        true => transaction.commit().await,
        false => transaction.rollback().await,
    };
    match committed {
        Ok(()) => {
            for (request, is_accepted) in batch.into_iter().zip(accepted) {
                // A caller that no longer waits does not know whether its run was accepted.
                let _ = request.answer.send(Ok(is_accepted));
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
        "INSERT INTO executions (id, job, trigger_id, state, requested_at, place)
         SELECT ?1, ?2, ?3, 0, ?4, coalesce(max(place) + 1, 0) FROM executions WHERE job = ?2 AND state < 2
         HAVING ?5 OR count(*) = 0",
    )
    .bind(Uuid::new_v4())
    .bind(request.job)
    .bind(request.trigger_id)
    .bind(request.now)
    .bind(request.queue)
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Answers each of these requests with the error.
fn fail(batch: Vec<RunRequest>, error: sqlx::Error) {
    for request in batch {
        let _ = request.answer.send(Err(copy_of(&error)));
    }
}

/// Returns an error of the same kind and text, because the driver's errors cannot be cloned.
pub(super) fn copy_of(error: &sqlx::Error) -> sqlx::Error {
    let io = |kind: std::io::ErrorKind| sqlx::Error::Io(std::io::Error::new(kind, error.to_string()));
    match ErrorKind::of(error) {
        ErrorKind::DiskFull => io(std::io::ErrorKind::StorageFull),
        ErrorKind::ReadOnly => io(std::io::ErrorKind::ReadOnlyFilesystem),
        ErrorKind::Gone => io(std::io::ErrorKind::NotFound),
        ErrorKind::InputOutput | ErrorKind::NoSharedMemory => io(std::io::ErrorKind::Other),
        ErrorKind::Busy => sqlx::Error::PoolTimedOut,
        ErrorKind::Damaged | ErrorKind::Other => sqlx::Error::Protocol(error.to_string()),
    }
}
