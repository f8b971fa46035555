//! A clock that can be set, stopped, and made faster or slower.

use std::future::pending;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::Instant;
use txjobs_gateway::clock::{Clock, ClockReading, MAX_TIME, Micros, Moment, micros, system_time};

/// The earliest time that the contract can express: 0001-01-01T00:00:00Z.
const MIN_TIME: Micros = -62_135_596_800_000_000;

/// An adjustable clock, which starts as the clock of the operating system. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct AdjustableClock(watch::Sender<Setting>);

/// The state of an adjustable clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockState {
    /// The current time.
    pub time: Micros,
    /// How many seconds pass in a real second.
    pub speed: f64,
    /// Whether the clock differs from that of the operating system.
    pub is_adjusted: bool,
}

/// How the clock runs since its last adjustment.
#[derive(Clone, Copy, Debug)]
struct Setting {
    since: Instant,
    /// The time at the adjustment, or `None` for that of the operating system.
    time: Option<Micros>,
    /// The total of the time that had passed at the adjustment, in microseconds. It only increases, so that setting the clock
    /// back makes no wait longer. 128 bits do not overflow if the clock is set from 1970 to 9999 repeatedly.
    passed: i128,
    speed: f64,
}

impl AdjustableClock {
    /// Creates a clock that shows the time of the operating system.
    pub fn new() -> Self {
        Self(watch::Sender::new(Setting { since: Instant::now(), time: None, passed: 0, speed: 1.0 }))
    }

    /// Returns the state of the clock.
    pub fn state(&self) -> ClockState {
        let setting = *self.0.borrow();
        ClockState { time: setting.now(), speed: setting.speed, is_adjusted: setting.time.is_some() }
    }

    /// Sets the time and the speed. `None` changes nothing. A speed of 0 stops the clock.
    pub fn set(&self, time: Option<Micros>, speed: Option<f64>) {
        self.0.send_modify(|s| s.adjust(Some(time.unwrap_or_else(|| s.now())), speed.unwrap_or(s.speed)));
    }

    /// Advances the clock. Waits for a time until then end.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|s| s.adjust(Some(s.now().saturating_add(micros(by))), s.speed));
    }

    /// Sets the clock to that of the operating system.
    pub fn reset(&self) {
        self.0.send_modify(|s| s.adjust(None, 1.0));
    }
}

impl Default for AdjustableClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for AdjustableClock {
    fn read(&self) -> ClockReading {
        let setting = *self.0.borrow();
        ClockReading { time: setting.now(), moment: Moment::from_micros(setting.passed()) }
    }

    fn sleep_until(&self, moment: Moment) -> BoxFuture<'_, ()> {
        let mut changes = self.0.subscribe();
        Box::pin(async move {
            loop {
                let setting = *changes.borrow_and_update();
                let left = moment.as_micros() - setting.passed();
                if left <= 0 {
                    return;
                }
                tokio::select! {
                    () = setting.sleep(left) => {}
                    // Its sender is this clock, which lives longer than the wait.
                    _ = changes.changed() => {}
                }
            }
        })
    }
}

impl Setting {
    /// Returns the total of the time that has passed, in microseconds.
    fn passed(&self) -> i128 {
        self.passed.saturating_add(self.since_adjustment().into())
    }

    fn since_adjustment(&self) -> Micros {
        (self.since.elapsed().as_micros() as f64 * self.speed) as Micros
    }

    fn now(&self) -> Micros {
        match self.time {
            None => system_time(),
            Some(time) => time.saturating_add(self.since_adjustment()).clamp(MIN_TIME, MAX_TIME),
        }
    }

    /// Sets the time and the speed. Time passes if the clock is set forward, and none if it is set back.
    fn adjust(&mut self, time: Option<Micros>, speed: f64) {
        let time = time.map(|time| time.clamp(MIN_TIME, MAX_TIME));
        let forward = time.unwrap_or_else(system_time).saturating_sub(self.now()).max(0);
        let passed = self.passed().saturating_add(forward.into());
        *self = Self { since: Instant::now(), time, passed, speed };
    }

    async fn sleep(&self, left: i128) {
        if self.speed <= 0.0 {
            return pending().await;
        }
        // A microsecond more, so that rounding does not end the wait too early.
        let real = Duration::try_from_secs_f64((left as f64 / self.speed).ceil() / 1e6 + 1e-6);
        tokio::time::sleep(real.unwrap_or(Duration::MAX)).await;
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;
    use std::pin::pin;
    use std::sync::Arc;

    use txjobs_gateway::clock::{RunClock, SharedClock};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const TIME: Micros = 1_773_453_602_117_000;

    #[tokio::test(start_paused = true)]
    async fn stopped_clock_moves_only_when_it_is_advanced() {
        let clock = AdjustableClock::new();
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
    async fn advance_ends_every_wait_that_it_passes() {
        let clock = AdjustableClock::new();
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
    async fn fast_clock_waits_less() {
        let clock = AdjustableClock::new();
        clock.set(Some(TIME), Some(3600.0));
        let start = Instant::now();
        clock.sleep(HOUR * 10).await;
        let took = start.elapsed();
        assert!((Duration::from_secs(10)..Duration::from_millis(10_010)).contains(&took), "{took:?}");
        let now = clock.now() - TIME - micros(HOUR * 10);
        assert!((0..60_000_000).contains(&now), "{now}");
    }

    #[tokio::test(start_paused = true)]
    async fn clock_set_back_makes_no_wait_longer() {
        let clock = AdjustableClock::new();
        clock.advance(HOUR * 24);
        let start = Instant::now();
        let wait = clock.sleep(HOUR);
        let mut wait = pin!(wait);
        assert!(poll!(wait.as_mut()).is_pending());
        clock.reset();
        assert!(!clock.state().is_adjusted);
        wait.await;
        assert!(start.elapsed() < HOUR + Duration::from_secs(1), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn run_clock_only_goes_forward_when_the_clock_is_set_back() {
        let clock = AdjustableClock::new();
        clock.set(Some(TIME), None);
        let shared: SharedClock = Arc::new(clock.clone());
        let run = RunClock::start(&shared);
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
    async fn time_is_clamped_to_the_years_of_the_contract() {
        let clock = AdjustableClock::new();
        clock.set(Some(MAX_TIME - 5), Some(100_000.0));
        clock.advance(HOUR);
        tokio::time::advance(HOUR).await;
        assert_eq!(clock.now(), MAX_TIME);
        clock.set(Some(Micros::MIN), None);
        tokio::time::advance(HOUR).await;
        assert!(clock.now() > MIN_TIME);
    }

    #[tokio::test(start_paused = true)]
    async fn clock_set_back_and_forth_a_thousand_times_still_makes_sleeps_wait() {
        let clock = AdjustableClock::new();
        for _ in 0..1000 {
            clock.set(Some(0), Some(0.0));
            clock.set(Some(MAX_TIME), Some(0.0));
        }
        let mut wait = pin!(clock.sleep(HOUR));
        assert!(poll!(wait.as_mut()).is_pending());
        clock.set(Some(0), Some(0.0));
        clock.advance(HOUR);
        assert!(poll!(wait.as_mut()).is_ready());
    }
}
