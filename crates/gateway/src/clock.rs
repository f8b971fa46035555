//! The source of time for everything that the gateway dates and for the time limits of runs.

use std::fmt::Debug;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures::future::BoxFuture;
use tokio::time::Instant;
use txjobs_sdk::Timestamp;

pub use txjobs_store::time::{Micros, from_timestamp, micros, timestamp};

/// The latest time that the contract can express: 9999-12-31T23:59:59.999999Z.
pub const MAX_TIME: Micros = 253_402_300_799_999_999;

/// A clock that can be read and waited for.
pub trait Clock: Debug + Send + Sync {
    /// Returns the time and the moment at the same instant.
    fn read(&self) -> ClockReading;

    /// Waits until the moment.
    fn sleep_until(&self, moment: Moment) -> BoxFuture<'_, ()>;

    /// Sets the time of day to that of a database which several machines share. A clock that does not follow one ignores it.
    fn synchronize(&self, _time: Micros) {}

    /// Returns the current time.
    fn now(&self) -> Micros {
        self.read().time
    }

    /// Returns the current moment.
    fn moment(&self) -> Moment {
        self.read().moment
    }

    /// Waits for a duration.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.sleep_until(self.moment().after(duration))
    }
}

/// A clock that several parts share.
pub type SharedClock = Arc<dyn Clock>;

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// The time of day, which can be set forward and back.
    pub time: Micros,
    /// The moment, which only increases.
    pub moment: Moment,
}

/// The time that has passed since an arbitrary start, in microseconds. Unlike the time of day it never decreases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i128);

impl Moment {
    /// Creates a moment from the microseconds since the clock's start.
    pub fn from_micros(micros: i128) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since the clock's start.
    pub fn as_micros(self) -> i128 {
        self.0
    }

    /// Returns the moment that is later by this duration.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration).into()))
    }

    /// Returns the duration since an earlier moment, or zero.
    pub fn duration_since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default())
    }
}

/// The clock of the operating system. After it was synchronized, its time of day is that of the database.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
    /// The time of the database at a moment.
    synchronized: RwLock<Option<(Micros, Instant)>>,
}

impl SystemClock {
    /// Creates the clock.
    pub fn new() -> Self {
        Self { start: Instant::now(), synchronized: RwLock::new(None) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn read(&self) -> ClockReading {
        let passed = micros(self.start.elapsed());
        let time = match *self.synchronized.read().unwrap_or_else(PoisonError::into_inner) {
            Some((time, since)) => time.saturating_add(micros(since.elapsed())),
            None => system_time(),
        };
        ClockReading { time, moment: Moment(passed.into()) }
    }

    fn synchronize(&self, time: Micros) {
        *self.synchronized.write().unwrap_or_else(PoisonError::into_inner) = Some((time, Instant::now()));
    }

    fn sleep_until(&self, moment: Moment) -> BoxFuture<'_, ()> {
        let passed = Duration::from_micros(u64::try_from(moment.0).unwrap_or_default());
        let left = passed.saturating_sub(self.start.elapsed());
        Box::pin(tokio::time::sleep(left))
    }
}

/// Returns the time of the operating system.
pub fn system_time() -> Micros {
    from_timestamp(&Timestamp::from(SystemTime::now()))
}

/// The clock of one run. It starts with the time of day and then only goes forward, so that a clock that is set back neither
/// reorders a log nor makes a run end before it started.
#[derive(Clone, Debug)]
pub struct RunClock {
    clock: SharedClock,
    start: ClockReading,
}

impl RunClock {
    /// Starts the clock of a run that starts now.
    pub fn start(clock: &SharedClock) -> Self {
        Self { clock: Arc::clone(clock), start: clock.read() }
    }

    /// Returns the time at which the clock of the run started.
    pub fn started_at(&self) -> Micros {
        self.start.time
    }

    /// Sets the clock forward to a time of the run that an earlier clock has shown, unless it is later already.
    pub fn advance_to(&mut self, time: Micros) {
        self.start.time = self.start.time.saturating_add(time.saturating_sub(self.now()).max(0));
    }

    /// Returns the current time of the run.
    pub fn now(&self) -> Micros {
        self.start.time.saturating_add(micros(self.elapsed())).min(MAX_TIME)
    }

    /// Returns the time since then.
    fn elapsed(&self) -> Duration {
        self.clock.moment().duration_since(self.start.moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_time_is_written_as_timestamp() {
        const TIME: Micros = 1_773_453_602_117_000;
        assert_eq!(timestamp(TIME).to_string(), "2026-03-14T02:00:02.117Z");
        assert_eq!(timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(from_timestamp(&timestamp(TIME)), TIME);
        assert_eq!(timestamp(MAX_TIME).to_string(), "9999-12-31T23:59:59.999999Z");
    }

    #[tokio::test(start_paused = true)]
    async fn system_clock_sleeps_for_the_duration() {
        let clock: SharedClock = Arc::new(SystemClock::new());
        let (start, run) = (Instant::now(), RunClock::start(&clock));
        clock.sleep(Duration::from_secs(3600)).await;
        let passed = start.elapsed();
        assert!((3600.0..3600.1).contains(&passed.as_secs_f64()), "{passed:?}");
        assert_eq!(run.now() - run.started_at(), micros(passed));
    }
}
