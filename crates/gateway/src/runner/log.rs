//! The way of a run's lines into the store: in batches, in order, and never more of them in memory than fit a budget.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use txjobs_sdk::Severity;

use super::insist;
use crate::clock::RunClock;
use txjobs_store::{Line, Store};

const QUEUE: usize = 1024;
// Bytes of messages on their way. Who writes more waits, and with it the process whose pipe is read.
const BUDGET: u32 = 4 * 1024 * 1024;
const BATCH_LINES: usize = 1000;
const BATCH_BYTES: usize = 1024 * 1024;
// A line is in the store at most this long after it came, plus the time of the write.
const BATCH_TIME: Duration = Duration::from_millis(100);

/// Where a run's lines are written.
#[derive(Debug)]
pub(super) struct Log {
    clock: RunClock,
    queue: mpsc::Sender<Entry>,
    budget: Arc<Semaphore>,
}

#[derive(Debug)]
struct Entry {
    line: Line,
    /// Given back when the line is in the store.
    room: OwnedSemaphorePermit,
}

impl Log {
    /// A log for the execution, and the task that keeps its lines: it ends when the log is dropped and the last line
    /// is in the store, with the worst severity that it saw. After a fault in the task, lines are dropped, so that no sender
    /// waits for it.
    pub fn open(
        store: Store,
        clock: RunClock,
        execution: i64,
        give_up: CancellationToken,
    ) -> (Self, JoinHandle<Severity>) {
        let (queue, lines) = mpsc::channel(QUEUE);
        let keeper = tokio::spawn(keep(store, execution, lines, give_up));
        (Self { clock, queue, budget: Arc::new(Semaphore::new(BUDGET as usize)) }, keeper)
    }

    /// Writes a line, dated now. Waits while too much is on its way.
    pub async fn write(&self, severity: Severity, message: String) {
        let line = Line { time: self.clock.now(), severity, message };
        let size = u32::try_from(line.message.len()).unwrap_or(BUDGET).clamp(1, BUDGET);
        // Neither is closed before the log is, unless the gateway stops while the store fails: no other line is lost here.
        let Ok(room) = Arc::clone(&self.budget).acquire_many_owned(size).await else { return };
        let _ = self.queue.send(Entry { line, room }).await;
    }
}

async fn keep(
    store: Store,
    execution: i64,
    mut queue: mpsc::Receiver<Entry>,
    give_up: CancellationToken,
) -> Severity {
    let mut worst = Severity::Information;
    let mut seq = 1;
    while let Some((lines, room)) = batch(&mut queue).await {
        if insist(&give_up, || store.append_lines(execution, seq, &lines)).await.is_none() {
            return Severity::Error;
        }
        seq += i64::try_from(lines.len()).unwrap_or_default();
        worst =
            lines.iter().map(|l| l.severity).fold(worst, |a, b| if b.number() > a.number() { b } else { a });
        drop(room);
    }
    worst
}

/// What comes within the batch time after a first line; `None` at the end of the log.
async fn batch(queue: &mut mpsc::Receiver<Entry>) -> Option<(Vec<Line>, OwnedSemaphorePermit)> {
    let Entry { line, mut room } = queue.recv().await?;
    let deadline = Instant::now() + BATCH_TIME;
    let mut bytes = line.message.len();
    let mut lines = vec![line];
    while lines.len() < BATCH_LINES && bytes < BATCH_BYTES {
        let Ok(Some(entry)) = timeout_at(deadline, queue.recv()).await else { break };
        bytes += entry.line.message.len();
        lines.push(entry.line);
        room.merge(entry.room);
    }
    Some((lines, room))
}

#[cfg(test)]
impl Log {
    /// Returns a log whose lines go to the test.
    pub fn to_channel(clock: RunClock) -> (Self, mpsc::UnboundedReceiver<Line>) {
        let (queue, mut entries) = mpsc::channel::<Entry>(QUEUE);
        let (lines, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Entry { line, .. }) = entries.recv().await {
                let _ = lines.send(line);
            }
        });
        (Self { clock, queue, budget: Arc::new(Semaphore::new(BUDGET as usize)) }, received)
    }
}
