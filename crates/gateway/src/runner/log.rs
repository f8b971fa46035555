//! Writes a run's lines to the store in batches, with a bounded amount of text in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use txjobs_sdk::Severity;
use txjobs_store::{Line, Run, SharedStore};

use super::retry::retry_until_ok;
use crate::clock::RunClock;

const QUEUE_LINES: usize = 1024;
/// The most bytes of queued messages. A writer that exceeds it waits, and with it the process whose pipe is read.
const QUEUE_BYTES: u32 = 4 * 1024 * 1024;
const BATCH_LINES: usize = 1000;
const BATCH_BYTES: usize = 1024 * 1024;
/// The longest time between the arrival of a line and the start of its write.
const BATCH_TIME: Duration = Duration::from_millis(100);

/// The log of a run.
#[derive(Debug)]
pub struct Log {
    clock: RunClock,
    queue: mpsc::Sender<Entry>,
    budget: Arc<Semaphore>,
    first_seq: i64,
    next_seq: AtomicI64,
}

/// The signals of a log.
#[derive(Clone, Debug)]
pub(super) struct LogSignals {
    /// Ends the repetition of failing writes.
    pub give_up: CancellationToken,
    /// Canceled when lines can no longer be written.
    pub lost: CancellationToken,
}

/// Lines that are written in one transaction.
#[derive(Debug)]
struct Entry {
    lines: Vec<Line>,
    /// Released when the lines are in the store.
    permit: OwnedSemaphorePermit,
}

impl Log {
    /// Opens the log of a run, and spawns the task that writes it. The first line gets the sequence number `first_seq`. `lost` is
    /// canceled if the run no longer belongs to this node.
    ///
    /// The task ends when the log is dropped and the last line is in the store. It returns the worst severity. After a panic
    /// in the task, lines are dropped, so that no writer waits for it.
    pub(super) fn open(
        store: SharedStore,
        clock: RunClock,
        run: Run,
        first_seq: i64,
        signals: LogSignals,
    ) -> (Self, JoinHandle<Severity>) {
        let (queue, entries) = mpsc::channel(QUEUE_LINES);
        let writer = tokio::spawn(write_batches(store, run, first_seq, entries, signals));
        let budget = Arc::new(Semaphore::new(QUEUE_BYTES as usize));
        (Self { clock, queue, budget, first_seq, next_seq: AtomicI64::new(first_seq) }, writer)
    }

    /// Writes a line with the current time of the run. Waits while the queue is full.
    pub async fn write(&self, severity: Severity, message: String) {
        self.write_together(vec![(severity, message)]).await;
    }

    /// Writes lines like [`Self::write`], in one transaction: after a kill, all of them or none are in the store.
    pub async fn write_together(&self, lines: Vec<(Severity, String)>) {
        let time = self.clock.now();
        let lines = lines.into_iter().map(|(severity, message)| Line { time, severity, message });
        let lines: Vec<_> = lines.collect();
        let (count, size) = (i64::try_from(lines.len()).unwrap_or_default(), bytes_of(&lines));
        let size = u32::try_from(size).unwrap_or(QUEUE_BYTES).clamp(1, QUEUE_BYTES);
        // Both stay open as long as the log, unless the gateway stops while the store fails. Only then are lines lost here.
        let Ok(permit) = Arc::clone(&self.budget).acquire_many_owned(size).await else { return };
        if self.queue.send(Entry { lines, permit }).await.is_ok() {
            self.next_seq.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Returns the sequence number of the first line. For work that is continued, the lines before it are those that the earlier
    /// nodes have stored.
    pub fn first_seq(&self) -> i64 {
        self.first_seq
    }

    /// Returns the sequence number that the next line gets.
    pub fn next_seq(&self) -> i64 {
        self.next_seq.load(Ordering::Relaxed)
    }

    /// Waits until every line so far is in the store.
    pub async fn flush(&self) {
        // A line holds a part of the budget until it is in the store.
        let _ = self.budget.acquire_many(QUEUE_BYTES).await;
    }
}

async fn write_batches(
    store: SharedStore,
    run: Run,
    first_seq: i64,
    mut queue: mpsc::Receiver<Entry>,
    signals: LogSignals,
) -> Severity {
    let mut worst = Severity::Information;
    let mut seq = first_seq;
    while let Some((lines, permit)) = next_batch(&mut queue).await {
        if retry_until_ok(&signals.give_up, || store.append_lines(&run, seq, &lines)).await.is_none() {
            signals.lost.cancel();
            return Severity::Error;
        }
        seq += i64::try_from(lines.len()).unwrap_or_default();
        worst =
            lines.iter().map(|l| l.severity).fold(worst, |a, b| if b.number() > a.number() { b } else { a });
        drop(permit);
    }
    worst
}

/// Returns a first line and those that arrive within the batch time, or `None` at the end of the log.
async fn next_batch(queue: &mut mpsc::Receiver<Entry>) -> Option<(Vec<Line>, OwnedSemaphorePermit)> {
    let Entry { mut lines, mut permit } = queue.recv().await?;
    let deadline = Instant::now() + BATCH_TIME;
    let mut bytes = bytes_of(&lines);
    while lines.len() < BATCH_LINES && bytes < BATCH_BYTES {
        let Ok(Some(entry)) = timeout_at(deadline, queue.recv()).await else { break };
        bytes += bytes_of(&entry.lines);
        lines.extend(entry.lines);
        permit.merge(entry.permit);
    }
    Some((lines, permit))
}

fn bytes_of(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.message.len()).sum()
}

#[cfg(test)]
impl Log {
    /// Returns a log whose lines go to the test.
    pub fn to_channel(clock: RunClock) -> (Self, mpsc::UnboundedReceiver<Line>) {
        let (queue, mut entries) = mpsc::channel::<Entry>(QUEUE_LINES);
        let (lines, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Entry { lines: received, .. }) = entries.recv().await {
                for line in received {
                    let _ = lines.send(line);
                }
            }
        });
        let budget = Arc::new(Semaphore::new(QUEUE_BYTES as usize));
        (Self { clock, queue, budget, first_seq: 1, next_seq: AtomicI64::new(1) }, received)
    }
}
