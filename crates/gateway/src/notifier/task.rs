//! The task that finds events and starts the deliveries.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::AbortOnDropHandle;
use txjobs_store::time::micros;
use txjobs_store::{ChannelState, LatestTimes, Result, SharedStore};

use super::announcements::announce_runs;
use super::delivery::Delivery;
use super::missing_runs::{MAX_DELAY, MissingRuns};
use super::retries::{IMPOSSIBLE_DELAY, IMPOSSIBLE_PAUSE};
use super::sender::Sender;
use super::slow_runs::SlowRuns;
use crate::clock::{Micros, SharedClock};
use crate::metrics::declare_notifications;
use crate::notify::{Channel, ChannelSet, Content, Notifications};
use crate::poll_loop::{PollLoop, PolledTask};
use crate::runner::RunnerHandle;
use crate::supervision::keep_running;

/// The time between two deletions of old notifications.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(3600);
/// How long a notification is kept: 30 days.
const MAX_AGE: Micros = 30 * 86_400_000_000;
/// The longest time for deliveries that are under way at the end.
const MAX_STOP_TIME: Duration = Duration::from_millis(1500);

/// Starts a notifier in a task, which begins anew after a panic, until `stop` is canceled. What it has done is in the store.
pub(crate) fn spawn_notifier(
    store: SharedStore,
    clock: SharedClock,
    runner: RunnerHandle,
    notifications: Notifications,
    stop: CancellationToken,
) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let start = || {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            Notifier::new(store, clock, runner.clone(), notifications.clone()).run(stop.clone())
        };
        keep_running("notifier", &stop, start).await;
    }))
}

/// Finds events of runs and delivers notifications of them, together with the other nodes of the database.
#[derive(Debug)]
pub struct Notifier {
    store: SharedStore,
    clock: SharedClock,
    runner: RunnerHandle,
    notifications: Notifications,
    /// The channels that the progress is about.
    set: Arc<ChannelSet>,
    slow: SlowRuns,
    missing: MissingRuns,
    sender: Arc<Sender>,
    deliveries: HashMap<String, DeliveryTask>,
    tasks: JoinSet<()>,
    /// Notified when an attempt has failed.
    failed: Arc<Notify>,
    /// Whether runs may have ended that are not announced yet.
    has_unannounced: bool,
    next_attempt_at: Option<Micros>,
    last_cleanup: Option<Instant>,
    stop: CancellationToken,
}

/// The task that delivers the notifications of a channel. It ends when this is dropped.
#[derive(Debug)]
struct DeliveryTask {
    due: Arc<Notify>,
    _stop: DropGuard,
}

impl Notifier {
    /// Creates a notifier for channels that the store knows.
    pub fn new(
        store: SharedStore,
        clock: SharedClock,
        runner: RunnerHandle,
        notifications: Notifications,
    ) -> Self {
        Self {
            store,
            clock,
            runner,
            notifications,
            set: Arc::default(),
            slow: SlowRuns::default(),
            missing: MissingRuns::default(),
            sender: Arc::default(),
            deliveries: HashMap::new(),
            tasks: JoinSet::new(),
            failed: Arc::default(),
            has_unannounced: false,
            next_attempt_at: None,
            last_cleanup: None,
            stop: CancellationToken::new(),
        }
    }

    /// Notifies until `stop` is canceled, and then waits a moment for deliveries that are under way. Uses no time and no query while
    /// there is no channel.
    pub async fn run(mut self, stop: CancellationToken) {
        self.stop = stop.clone();
        let poll_loop = PollLoop {
            clock: Arc::clone(&self.clock),
            changes: self.notifications.subscribe(),
            run_ends: self.runner.run_ends(),
            wake: Arc::clone(&self.failed),
            stop,
        };
        poll_loop.run(&mut self).await;
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(MAX_STOP_TIME, ended).await;
    }

    /// Stores a notification of each new event, and starts deliveries that are due.
    async fn notify(&mut self, now: Micros) -> Result<()> {
        let set = self.notifications.current();
        if !Arc::ptr_eq(&set, &self.set) {
            self.replace_channels(set);
        }
        let set = Arc::clone(&self.set);
        if set.channels().is_empty() {
            return Ok(());
        }
        let mut states = self.states().await?;
        if set.channels().iter().any(|channel| !states.iter().any(|state| state.name == channel.name)) {
            self.restore(&set, now).await?;
            states = self.states().await?;
        }
        if self.reset_later_times(&states, now).await? {
            states = self.states().await?;
        }
        let mut has_new = states.iter().any(|state| state.has_unannounced_runs);
        self.has_unannounced = has_new && announce_runs(&*self.store, &set, now).await?;
        has_new |= self.slow.check(&*self.store, &set, now).await?;
        has_new |= self.missing.check(&*self.store, &set, &states, self.clock.read()).await?;
        if has_new {
            states = self.states().await?;
        }
        self.start_deliveries(&states, now);
        self.clean_up(now).await
    }

    /// Returns the states of the channels of this node.
    async fn states(&self) -> Result<Vec<ChannelState>> {
        let states = self.store.channel_states().await?;
        Ok(states.into_iter().filter(|state| self.set.get(&state.name).is_some()).collect())
    }

    fn replace_channels(&mut self, set: Arc<ChannelSet>) {
        let changed = |name: &str| set.get(name).is_none_or(|new| self.set.get(name) != Some(new));
        if self.set.channels().iter().any(|channel| changed(&channel.name)) {
            self.missing = MissingRuns::default();
            self.slow = SlowRuns::default();
        }
        self.set = set;
        self.deliveries.retain(|name, _| self.set.get(name).is_some());
        while self.tasks.try_join_next().is_some() {}
        for channel in self.set.channels() {
            let name = &channel.name;
            declare_notifications(name);
            warn_of_send_problem(channel);
            if !self.deliveries.contains_key(name) {
                let (due, stop) = (Arc::new(Notify::new()), self.stop.child_token());
                let delivery = Delivery {
                    name: name.clone(),
                    store: Arc::clone(&self.store),
                    clock: Arc::clone(&self.clock),
                    notifications: self.notifications.clone(),
                    sender: Arc::clone(&self.sender),
                    due: Arc::clone(&due),
                    failed: Arc::clone(&self.failed),
                    stop: stop.clone(),
                };
                let supervised = stop.clone();
                self.tasks.spawn(async move {
                    keep_running("delivery of notifications", &supervised, || delivery.clone().run()).await;
                });
                self.deliveries.insert(name.clone(), DeliveryTask { due, _stop: stop.drop_guard() });
            }
        }
    }

    /// Adds channels that a node with another configuration has removed.
    async fn restore(&self, set: &ChannelSet, now: Micros) -> Result<()> {
        if self.store.restore_channels(&set.declared(), now).await? {
            tracing::warn!(
                "another node has started with a configuration without a channel of this one, so notifications may be missing. Give all \
                 nodes the same configuration"
            );
        }
        Ok(())
    }

    /// Makes due now what a clock that was ahead has put off. Returns whether there was anything. Otherwise a channel would be silent
    /// until that time.
    async fn reset_later_times(&self, states: &[ChannelState], now: Micros) -> Result<bool> {
        let latest = LatestTimes {
            busy_until: now.saturating_add(micros(IMPOSSIBLE_PAUSE)),
            next_attempt_at: now.saturating_add(micros(IMPOSSIBLE_DELAY)),
            checked_until: now.saturating_add(MAX_DELAY),
        };
        let is_later = |state: &ChannelState| {
            state.busy_until > latest.busy_until
                || state.next_attempt_at.is_some_and(|next| next > latest.next_attempt_at)
                || state.check.as_ref().is_some_and(|check| check.checked_until > latest.checked_until)
        };
        let has_some = states.iter().any(is_later);
        if has_some {
            self.store.reset_later_times(latest, now).await?;
            tracing::warn!("the clock was ahead; notifications that were put off until later are due now");
        }
        Ok(has_some)
    }

    fn start_deliveries(&mut self, states: &[ChannelState], now: Micros) {
        for state in states {
            let is_due = state.next_attempt_at.is_some_and(|due| due <= now);
            if let Some(delivery) = self.deliveries.get(&state.name).filter(|_| is_due) {
                delivery.due.notify_one();
            }
        }
        let later = states.iter().filter_map(|state| state.next_attempt_at).filter(|due| *due > now);
        self.next_attempt_at = later.min();
    }

    async fn clean_up(&mut self, now: Micros) -> Result<()> {
        if self.last_cleanup.is_none_or(|last| last.elapsed() >= CLEANUP_INTERVAL) {
            let created_before = now.saturating_sub(MAX_AGE);
            let running = self.store.running_runs(created_before).await?;
            let slow_events: Vec<String> = running.iter().map(|run| Content::slow_event_id(run.id)).collect();
            self.store.delete_old_notifications(created_before, &slow_events).await?;
            self.last_cleanup = Some(Instant::now());
        }
        Ok(())
    }
}

impl PolledTask for Notifier {
    const FAILED: &str = "the store failed; notifications have to wait";
    const RECOVERED: &str = "the store works again for notifications";

    async fn tick(&mut self, now: Micros) -> Result<()> {
        self.notify(now).await
    }

    fn is_active(&self) -> bool {
        !self.set.channels().is_empty()
    }

    fn next_due_time(&self, now: Micros) -> Option<Micros> {
        match self.has_unannounced {
            true => Some(now),
            false => self.next_attempt_at.into_iter().chain(self.missing.next_due_time()).min(),
        }
    }
}

/// Logs if a channel can send nothing, so that this is known before the first event. In the background, because a file server may not
/// respond.
fn warn_of_send_problem(channel: &Channel) {
    let channel = channel.clone();
    tokio::task::spawn_blocking(move || {
        if let Some(problem) = channel.send_problem() {
            tracing::warn!(channel = channel.name, "notifications cannot be delivered now: {problem}");
        }
    });
}

#[cfg(test)]
mod tests;
