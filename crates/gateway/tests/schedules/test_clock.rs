//! A clock that a test sets.

use std::sync::atomic::{AtomicI64, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use txjobs_gateway::clock::{Clock, ClockReading, Micros, Moment};

pub const MINUTE: Micros = 60_000_000;
pub const HOUR: Micros = 60 * MINUTE;
pub const DAY: Micros = 24 * HOUR;

/// A clock that stands still until it is set.
#[derive(Debug, Default)]
pub struct TestClock {
    time: AtomicI64,
    passed: AtomicI64,
}

impl TestClock {
    pub fn set(&self, time: Micros) {
        let before = self.time.swap(time, Ordering::SeqCst);
        self.passed.fetch_add((time - before).max(0), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn read(&self) -> ClockReading {
        let moment = Moment::from_micros(self.passed.load(Ordering::SeqCst).into());
        ClockReading { time: self.time.load(Ordering::SeqCst), moment }
    }

    fn sleep_until(&self, _: Moment) -> BoxFuture<'_, ()> {
        futures::future::pending().boxed()
    }
}
