//! The queue of requested runs, whose task commits those together that arrive during another write.

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::error::{ErrorKind, Result};
use crate::runs::BusyPolicy;
use crate::time::Micros;

/// The capacity of the queue. Further callers wait until a request leaves it.
const QUEUE_SIZE: usize = 1024;
/// The maximum number of requests in one transaction, so that other writes need not wait long.
const MAX_BATCH_SIZE: usize = 256;

/// Sends requests to the task that writes them, which ends with the last clone.
#[derive(Clone, Debug)]
pub(crate) struct RunRequests(mpsc::Sender<RunRequest>);

/// A request of a run, and the channel for its result.
#[derive(Debug)]
pub(crate) struct RunRequest {
    /// The id of the execution.
    pub id: Uuid,
    pub job: Uuid,
    pub trigger_id: Uuid,
    pub now: Micros,
    pub policy: BusyPolicy,
    pub response: oneshot::Sender<Result<bool>>,
}

impl RunRequests {
    /// Starts the task that writes requests.
    pub fn start<F>(write_requests: impl FnOnce(mpsc::Receiver<RunRequest>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(QUEUE_SIZE);
        tokio::spawn(write_requests(receiver));
        Self(sender)
    }

    /// Returns true if the run is on the disk, and false if the policy refuses it.
    pub async fn send(&self, job: Uuid, trigger_id: Uuid, now: Micros, policy: BusyPolicy) -> Result<bool> {
        let (response, receiver) = oneshot::channel();
        let request = RunRequest { id: Uuid::new_v4(), job, trigger_id, now, policy, response };
        self.0.send(request).await.map_err(|_| ErrorKind::Closed)?;
        receiver.await.map_err(|_| ErrorKind::Closed)?
    }
}

/// Adds the requests that have arrived meanwhile to a batch.
pub(crate) fn fill_batch(batch: &mut Vec<RunRequest>, queue: &mut mpsc::Receiver<RunRequest>) {
    while batch.len() < MAX_BATCH_SIZE
        && let Ok(request) = queue.try_recv()
    {
        batch.push(request);
    }
}
