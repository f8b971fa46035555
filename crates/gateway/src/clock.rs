//! The one source of time: what the gateway dates and what it waits for asks here.
//!
//! It is the machine's clock until somebody sets it to another time, freezes it or speeds it up.

use std::future::pending;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;
use txjobs_sdk::Timestamp;

pub use txjobs_store::time::{Micros, from_timestamp, micros, timestamp};

/// The first and the last time that can be written: 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z.
const FIRST: Micros = -62_135_596_800_000_000;
const LAST: Micros = 253_402_300_799_999_999;

/// The total of the time that has passed. It does not overflow if the clock is set from 1970 to 9999 repeatedly.
type Passed = i128;

/// Tells the time and waits. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock(watch::Sender<Setting>);

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Now.
    pub time: Micros,
    /// How many seconds pass in a second.
    pub speed: f64,
    /// Whether it is another clock than the machine's.
    pub is_adjusted: bool,
}

/// A moment of a clock: how much time had passed by it, in all.
#[derive(Clone, Copy, Debug)]
pub struct Moment(Passed);

/// The clock of one run. It begins with the clock's time and only goes forward, so that setting the clock back neither
/// reorders a log nor makes a run end before it began.
#[derive(Clone, Debug)]
pub struct RunClock {
    clock: Clock,
    start: Micros,
    moment: Moment,
}

/// How the clock goes since somebody last touched it.
#[derive(Clone, Copy, Debug)]
struct Setting {
    since: Instant,
    /// The time it was then; `None` for the machine's.
    time: Option<Micros>,
    /// How much time had passed then, in all. It only grows: what waits counts by it, so that setting the clock back
    /// makes nobody wait longer.
    passed: Passed,
    speed: f64,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(watch::Sender::new(Setting { since: Instant::now(), time: None, passed: 0, speed: 1.0 }))
    }

    /// Now.
    pub fn now(&self) -> Micros {
        self.0.borrow().now()
    }

    /// Now, and how the clock goes.
    pub fn read(&self) -> Reading {
        let setting = *self.0.borrow();
        Reading { time: setting.now(), speed: setting.speed, is_adjusted: setting.time.is_some() }
    }

    /// Sets the clock; what is `None` stays as it is. A speed of 0 freezes it.
    pub fn set(&self, time: Option<Micros>, speed: Option<f64>) {
        self.0.send_modify(|s| s.turn_to(Some(time.unwrap_or_else(|| s.now())), speed.unwrap_or(s.speed)));
    }

    /// Winds the clock forward. What waits for a time that has come by this goes on at once.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|s| s.turn_to(Some(s.now().saturating_add(micros(by))), s.speed));
    }

    /// Gives the clock back to the machine.
    pub fn reset(&self) {
        self.0.send_modify(|s| s.turn_to(None, 1.0));
    }

    /// Where time is now, to count from.
    pub fn moment(&self) -> Moment {
        Moment(self.0.borrow().passed())
    }

    /// Waits until so much time has passed by this clock.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.moment().after(duration)).await;
    }

    /// Waits for a moment. Who waits for several, one after the other, counts each from the one before: then winding the
    /// clock forward ends all those that it passes.
    pub async fn sleep_until(&self, moment: Moment) {
        let mut changes = self.0.subscribe();
        loop {
            let setting = *changes.borrow_and_update();
            let left = moment.0 - setting.passed();
            if left <= 0 {
                return;
            }
            tokio::select! {
                () = setting.sleep(left) => {}
                // Its sender is this clock, which outlives the wait.
                _ = changes.changed() => {}
            }
        }
    }
}

impl RunClock {
    /// Starts the clock of a run that begins now.
    pub fn start(clock: &Clock) -> Self {
        let setting = *clock.0.borrow();
        Self { clock: clock.clone(), start: setting.now(), moment: Moment(setting.passed()) }
    }

    /// Returns when the run began.
    pub fn started_at(&self) -> Micros {
        self.start
    }

    /// Returns the current time of the run.
    pub fn now(&self) -> Micros {
        self.start.saturating_add(micros(self.moment.elapsed(&self.clock))).min(LAST)
    }
}

impl Moment {
    /// Returns how much time has passed by the clock since the run began.
    pub fn elapsed(self, clock: &Clock) -> Duration {
        let passed = clock.moment().0.saturating_sub(self.0);
        Duration::from_micros(u64::try_from(passed).unwrap_or_default())
    }

    /// So much later.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(Passed::from(micros(duration))))
    }
}

impl Setting {
    /// Time passed, in all.
    fn passed(&self) -> Passed {
        self.passed.saturating_add(self.since_then().into())
    }

    /// Returns the time that has passed since the clock was last set.
    fn since_then(&self) -> Micros {
        scaled(self.since.elapsed(), self.speed)
    }

    fn now(&self) -> Micros {
        match self.time {
            None => system_time(),
            Some(time) => time.saturating_add(self.since_then()).clamp(FIRST, LAST),
        }
    }

    /// Going forward is time that passes; going back is none.
    fn turn_to(&mut self, time: Option<Micros>, speed: f64) {
        let time = time.map(|time| time.clamp(FIRST, LAST));
        let forward = time.unwrap_or_else(system_time).saturating_sub(self.now()).max(0);
        let passed = self.passed().saturating_add(forward.into());
        *self = Self { since: Instant::now(), time, passed, speed };
    }

    async fn sleep(&self, left: Passed) {
        if self.speed <= 0.0 {
            return pending().await;
        }
        // A microsecond more, so that rounding does not wake it before its time.
        let real = Duration::try_from_secs_f64((left as f64 / self.speed).ceil() / 1e6 + 1e-6);
        tokio::time::sleep(real.unwrap_or(Duration::MAX)).await;
    }
}

fn system_time() -> Micros {
    from_timestamp(&Timestamp::from(SystemTime::now()))
}

fn scaled(duration: Duration, speed: f64) -> Micros {
    (duration.as_micros() as f64 * speed) as Micros
}

#[cfg(test)]
mod tests {
    use futures::poll;
    use std::pin::pin;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const TIME: Micros = 1_773_453_602_117_000;

    #[test]
    fn a_stored_time_on_the_wire() {
        assert_eq!(timestamp(TIME).to_string(), "2026-03-14T02:00:02.117Z");
        assert_eq!(timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(from_timestamp(&timestamp(TIME)), TIME);
        assert_eq!(timestamp(FIRST).to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(timestamp(LAST).to_string(), "9999-12-31T23:59:59.999999Z");
    }

    #[tokio::test(start_paused = true)]
    async fn a_frozen_clock_stands_still_until_it_is_wound_forward() {
        let clock = Clock::system();
        clock.set(Some(TIME), Some(0.0));
        let mut wait = pin!(clock.sleep(HOUR));
        assert!(poll!(wait.as_mut()).is_pending());
        tokio::time::advance(HOUR * 24).await;
        assert_eq!(clock.now(), TIME);
        assert!(poll!(wait.as_mut()).is_pending());
        clock.advance(HOUR / 2);
        assert!(poll!(wait.as_mut()).is_pending());
        clock.advance(HOUR / 2);
        assert!(poll!(wait.as_mut()).is_ready());
        assert_eq!(clock.now(), TIME + micros(HOUR));
    }

    #[tokio::test(start_paused = true)]
    async fn winding_forward_ends_every_wait_that_it_passes() {
        let clock = Clock::system();
        clock.set(None, Some(0.0));
        let start = clock.moment();
        clock.advance(HOUR);
        let mut waits = pin!(async {
            for n in 1..=60 {
                clock.sleep_until(start.after(HOUR / 60 * n)).await;
            }
        });
        assert!(poll!(waits.as_mut()).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn a_quick_clock_waits_less() {
        let clock = Clock::system();
        clock.set(Some(TIME), Some(3600.0));
        let start = Instant::now();
        clock.sleep(HOUR * 10).await;
        let took = start.elapsed();
        assert!((Duration::from_secs(10)..Duration::from_millis(10_010)).contains(&took), "{took:?}");
        let now = clock.now() - TIME - micros(HOUR * 10);
        assert!((0..60_000_000).contains(&now), "{now}");
    }

    #[tokio::test(start_paused = true)]
    async fn setting_the_clock_back_makes_nobody_wait_longer() {
        let clock = Clock::system();
        clock.advance(HOUR * 24);
        let start = Instant::now();
        let wait = clock.sleep(HOUR);
        let mut wait = pin!(wait);
        assert!(poll!(wait.as_mut()).is_pending());
        clock.reset();
        assert!(!clock.read().is_adjusted);
        wait.await;
        assert!(start.elapsed() < HOUR + Duration::from_secs(1), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn run_clock_only_goes_forward_when_the_clock_is_set_back() {
        let clock = Clock::system();
        clock.set(Some(TIME), None);
        let run = RunClock::start(&clock);
        tokio::time::advance(HOUR).await;
        clock.set(Some(TIME - micros(HOUR * 24)), None);
        assert!(clock.now() < TIME);
        assert_eq!(run.now(), TIME + micros(HOUR));
        tokio::time::advance(HOUR).await;
        assert_eq!((run.started_at(), run.now()), (TIME, TIME + micros(HOUR * 2)));
        clock.advance(HOUR);
        assert_eq!(run.now(), TIME + micros(HOUR * 3));
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_the_last_year() {
        let clock = Clock::system();
        clock.set(Some(LAST - 5), Some(100_000.0));
        clock.advance(HOUR);
        tokio::time::advance(HOUR).await;
        assert_eq!(clock.now(), LAST);
        clock.set(Some(Micros::MIN), None);
        tokio::time::advance(HOUR).await;
        assert!(clock.now() > FIRST);
    }

    #[tokio::test(start_paused = true)]
    async fn clock_set_back_and_forth_a_thousand_times_still_makes_sleeps_wait() {
        let clock = Clock::system();
        for _ in 0..1000 {
            clock.set(Some(0), Some(0.0));
            clock.set(Some(LAST), Some(0.0));
        }
        let mut wait = pin!(clock.sleep(HOUR));
        assert!(poll!(wait.as_mut()).is_pending());
        clock.set(Some(0), Some(0.0));
        clock.advance(HOUR);
        assert!(poll!(wait.as_mut()).is_ready());
    }
}
