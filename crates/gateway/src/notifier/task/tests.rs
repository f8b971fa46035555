//! Tests of the task.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use txjobs_store::NotificationStore;

use super::*;
use crate::clock::{Clock, ClockReading, Moment, SystemClock};
use crate::notifier::announcements;
use crate::notifier::test_gateway::{START, TestGateway, config};

/// Returns a notifier that does nothing by itself.
fn notifier(gateway: &TestGateway) -> Notifier {
    let notifications = Notifications::default();
    notifications.set(gateway.config.channel_set());
    let (store, clock) = (Arc::clone(&gateway.store), Arc::new(SystemClock::new()));
    Notifier::new(store, clock, RunnerHandle::default(), notifications)
}

#[tokio::test]
async fn clock_that_was_ahead_silences_no_channel() {
    const HOUR: Micros = 3_600_000_000;
    let settings = "not_started = { check = \"0 3 * * *\", within = \"2h\" }";
    let gateway = TestGateway::open(config(&["Load"], settings)).await;
    let late = START + 9 * 24 * HOUR;
    gateway.declare(late).await;
    let (notifier, store) = (notifier(&gateway), &gateway.store);
    let state = async || store.channel_states().await.unwrap().remove(0);
    let reset = async |now| notifier.reset_later_times(&[state().await], now).await.unwrap();
    assert!(reset(START).await);
    assert_eq!(state().await.check.unwrap().checked_until, START);
    let new = announcements::notification("A", &Content::of_test("A", START));
    store.announce(&[], &[new], START).await.unwrap();
    let postpone = async |pause, next| {
        let claimed = store.claim_notification("A", START + 1, START + 1).await.unwrap().unwrap();
        store.postpone_notification(&claimed, Some(next), pause).await.unwrap();
        reset(START + 1).await
    };
    for (pause, next) in [(late, START), (START, late)] {
        assert!(postpone(pause, next).await);
        assert!(state().await.next_attempt_at.unwrap() <= START + 1, "{pause} {next}");
    }
    // What a clock that is right has stored stays.
    let (pause, next) = (START + HOUR / 12, START + 8 * HOUR);
    assert!(!postpone(pause, next).await);
    assert_eq!((state().await.busy_until, state().await.next_attempt_at), (pause, Some(next)));
}

#[tokio::test]
async fn run_of_more_than_a_month_is_slow_once() {
    let gateway = TestGateway::start(config(&["Load"], "slow = \"1h\"")).await;
    gateway.start_run("Load", START).await;
    for (days, attempts) in [(1, 1), (62, 2), (63, 3)] {
        // As after a restart.
        let (mut notifier, now) = (notifier(&gateway), START + days * 86_400_000_000);
        notifier.clean_up(now).await.unwrap();
        notifier.slow.check(&*gateway.store, &gateway.config.channel_set(), now).await.unwrap();
        let claimed = gateway.store.claim_notification("A", now, now).await.unwrap().unwrap();
        assert_eq!(claimed.attempts, attempts, "the same notification");
    }
}

#[tokio::test]
async fn delivery_task_ends_with_its_channel() {
    let gateway = TestGateway::start(config(&["Load"], "")).await;
    let notifications = Notifications::default();
    notifications.set(gateway.config.channel_set());
    let clock = Arc::new(SystemClock::new());
    let (store, runner) = (Arc::clone(&gateway.store), RunnerHandle::default());
    let mut notifier = Notifier::new(store, clock, runner, notifications.clone());
    notifier.tick(START).await.unwrap();
    assert_eq!((notifier.tasks.len(), notifier.deliveries.len()), (1, 1));
    notifications.set(ChannelSet::default());
    notifier.tick(START).await.unwrap();
    assert_eq!(notifier.deliveries.len(), 0);
    notifier.tasks.join_next().await.unwrap().unwrap();
    // The channel comes back.
    notifications.set(gateway.config.channel_set());
    notifier.tick(START).await.unwrap();
    assert_eq!((notifier.tasks.len(), notifier.deliveries.len()), (1, 1));
}

/// A clock whose first reading panics.
#[derive(Debug)]
struct FaultyClock {
    clock: SystemClock,
    has_failed: AtomicBool,
}

impl Clock for FaultyClock {
    fn read(&self) -> ClockReading {
        assert!(self.has_failed.swap(true, Ordering::SeqCst), "a panic that this test causes");
        self.clock.read()
    }

    fn sleep_until(&self, moment: Moment) -> BoxFuture<'_, ()> {
        self.clock.sleep_until(moment)
    }
}

#[tokio::test]
async fn notifier_that_has_panicked_begins_anew() {
    let gateway = TestGateway::start(config(&["Load"], "on = [\"completed\"]")).await;
    gateway.run("Load", START).await;
    let notifications = Notifications::default();
    notifications.set(gateway.config.channel_set());
    let clock = Arc::new(FaultyClock { clock: SystemClock::new(), has_failed: AtomicBool::new(false) });
    let (stop, store) = (CancellationToken::new(), Arc::clone(&gateway.store));
    let task = spawn_notifier(store, clock.clone(), RunnerHandle::default(), notifications, stop.clone());
    let stored = async {
        while gateway.pending().await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), stored).await.unwrap();
    assert!(clock.has_failed.load(Ordering::SeqCst));
    stop.cancel();
    task.await.unwrap();
}
