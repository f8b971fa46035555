//! The loop of a task that looks at the store again and again: at due times, when a run of this node has ended, and at least every
//! five seconds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use txjobs_store::Result;
use txjobs_store::time::Micros;

use crate::clock::SharedClock;
use crate::runner::RunEnds;
use crate::store_call::within;

/// The longest time between two looks at the clock, which may be set, and at the runs of other nodes.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The shortest time between two looks, when many runs end.
const MIN_INTERVAL: Duration = Duration::from_millis(50);
/// The longest time of a look. A network can hang without an error.
const MAX_TICK_TIME: Duration = Duration::from_secs(60);

/// A task that a [`PollLoop`] runs.
pub(crate) trait PolledTask: Send {
    /// What to log when the store fails, before the cause.
    const FAILED: &str;
    /// What to log when the store works again.
    const RECOVERED: &str;

    /// Looks at the store, and does what is due at this time.
    fn tick(&mut self, now: Micros) -> impl Future<Output = Result<()>> + Send;

    /// Returns whether there is anything to do before the configuration changes.
    fn is_active(&self) -> bool;

    /// Returns when something is due that was not due at the time of the last look.
    fn next_due_time(&self, now: Micros) -> Option<Micros>;
}

/// What a loop waits for.
#[derive(Debug)]
pub(crate) struct PollLoop<C> {
    /// The clock of the due times.
    pub clock: SharedClock,
    /// Changes with the configuration. The task has the sender.
    pub changes: watch::Receiver<C>,
    /// The ends of runs of this node.
    pub run_ends: RunEnds,
    /// Notified when the task has something else to do.
    pub wake: Arc<Notify>,
    /// Canceled when the loop is to end.
    pub stop: CancellationToken,
}

impl<C> PollLoop<C> {
    /// Lets the task look until `stop` is canceled. Uses no time and no query while the task is not active.
    pub async fn run<T: PolledTask>(mut self, task: &mut T) {
        let mut is_failing = false;
        loop {
            let now = self.clock.now();
            let ticked = within(MAX_TICK_TIME, task.tick(now));
            let ticked = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                ticked = ticked => ticked,
            };
            let was_failing = std::mem::replace(&mut is_failing, ticked.is_err());
            log_change::<T>(was_failing, ticked);
            // Before the pause. What becomes due in it is due right after it.
            let next_tick = Instant::now() + self.wait_time(task.next_due_time(now).filter(|_| !is_failing));
            let next = async {
                sleep(MIN_INTERVAL).await;
                tokio::select! {
                    () = sleep_until(next_tick) => {}
                    () = self.run_ends.next() => {}
                    () = self.wake.notified() => {}
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = self.changes.changed() => {}
                () = next, if task.is_active() => {}
            }
        }
    }

    /// Returns the time until the next look.
    fn wait_time(&self, next_due_time: Option<Micros>) -> Duration {
        let now = self.clock.now();
        let wait =
            next_due_time.map(|due| Duration::from_micros(u64::try_from(due - now).unwrap_or_default()));
        wait.map_or(POLL_INTERVAL, |wait| wait.min(POLL_INTERVAL))
    }
}

/// Logs a failure once, and the first success after it.
fn log_change<T: PolledTask>(was_failing: bool, ticked: Result<()>) {
    match ticked {
        Err(error) if !was_failing => tracing::error!("{}: {error:#}", T::FAILED),
        Ok(()) if was_failing => tracing::info!("{}", T::RECOVERED),
        Ok(()) | Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use txjobs_store::ErrorKind;

    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::runner::RunnerHandle;

    const MILLISECOND: Micros = 1000;
    /// 2028-01-01T00:00:00Z
    const DUE: Micros = 1_830_297_600_000_000;

    /// A task with one due time, which fails at the first looks.
    struct TestTask {
        ticks: Vec<Micros>,
        max_ticks: usize,
        failures: usize,
        stop: CancellationToken,
    }

    impl PolledTask for TestTask {
        const FAILED: &str = "failed";
        const RECOVERED: &str = "recovered";

        async fn tick(&mut self, now: Micros) -> Result<()> {
            self.ticks.push(now);
            if self.ticks.len() == self.max_ticks {
                self.stop.cancel();
            }
            match self.ticks.len() <= self.failures {
                true => Err(ErrorKind::Unreachable.into()),
                false => Ok(()),
            }
        }

        fn is_active(&self) -> bool {
            true
        }

        fn next_due_time(&self, now: Micros) -> Option<Micros> {
            Some(DUE).filter(|due| *due > now)
        }
    }

    /// Returns the times of the looks relative to the due time, in milliseconds.
    async fn ticks(start: Micros, max_ticks: usize, failures: usize) -> Vec<i64> {
        let (clock, stop) = (Arc::new(SystemClock::new()), CancellationToken::new());
        clock.synchronize(DUE + start);
        let (_sender, changes) = watch::channel(());
        let run_ends = RunnerHandle::default().run_ends();
        let poll_loop = PollLoop { clock, changes, run_ends, wake: Arc::default(), stop: stop.clone() };
        let mut task = TestTask { ticks: Vec::new(), max_ticks, failures, stop };
        poll_loop.run(&mut task).await;
        task.ticks.into_iter().map(|time| (time - DUE) / MILLISECOND).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn due_time_in_the_pause_after_a_look_is_not_late() {
        for start in [-49, -20, -1] {
            let ticks = ticks(start * MILLISECOND, 3, 0).await;
            assert_eq!(ticks[0], start, "{ticks:?}");
            assert!((0..60).contains(&ticks[1]), "{ticks:?}");
            // What was due then does not end the wait again.
            assert!((4990..5100).contains(&(ticks[2] - ticks[1])), "{ticks:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn loop_waits_for_a_due_time_and_longer_after_a_failure() {
        let start = -3000;
        let ticks_of = async |failures| ticks(start * MILLISECOND, 2, failures).await;
        let [works, fails] = [ticks_of(0).await, ticks_of(1).await];
        assert!((0..10).contains(&works[1]), "{works:?}");
        assert!((1990..2100).contains(&fails[1]), "{fails:?}");
    }
}
