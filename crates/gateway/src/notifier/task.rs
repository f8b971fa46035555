//! The task that finds events and starts the deliveries.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use txjobs_store::{ChannelState, ErrorKind, Result, SharedStore};

use super::announcements::announce_runs;
use super::delivery::Delivery;
use super::missing_runs::MissingRuns;
use super::sender::Sender;
use super::slow_runs::SlowRuns;
use crate::clock::{Micros, SharedClock};
use crate::metrics::declare_notifications;
use crate::notify::{Channel, ChannelSet, Notifications};
use crate::runner::RunnerHandle;

/// The longest time between two looks, at the runs of other nodes and at the clock.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The shortest time between two looks, when many runs end.
const MIN_INTERVAL: Duration = Duration::from_millis(50);
/// The longest time of a look. A network can hang without an error.
const MAX_TICK_TIME: Duration = Duration::from_secs(60);
/// The time between two deletions of old notifications.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(3600);
/// How long a notification is kept: 30 days.
const MAX_AGE: Micros = 30 * 86_400_000_000;
/// The longest time for deliveries that are under way at the end.
const MAX_STOP_TIME: Duration = Duration::from_millis(1500);

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
    deliveries: HashMap<String, Arc<Notify>>,
    tasks: JoinSet<()>,
    next_attempt_at: Option<Micros>,
    last_cleanup: Option<Instant>,
    is_failing: bool,
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
            next_attempt_at: None,
            last_cleanup: None,
            is_failing: false,
        }
    }

    /// Notifies until `stop` is canceled, and then waits a moment for deliveries that are under way. Uses no time and no query while
    /// there is no channel.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut changes = self.notifications.subscribe();
        let mut run_ends = self.runner.run_ends();
        loop {
            let ticked = timeout(MAX_TICK_TIME, self.tick(&stop));
            let ticked = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                ticked = ticked => ticked.unwrap_or_else(|_| Err(ErrorKind::Unreachable.into())),
            };
            self.log_failure(ticked);
            let has_channels = !self.set.channels().is_empty();
            let next = async {
                sleep(MIN_INTERVAL).await;
                tokio::select! {
                    () = sleep(self.wait_time()) => {}
                    () = run_ends.next() => {}
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                // Its sender is in `self`.
                _ = changes.changed() => {}
                () = next, if has_channels => {}
            }
        }
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(MAX_STOP_TIME, ended).await;
    }

    /// Stores a notification of each new event, and starts deliveries that are due.
    async fn tick(&mut self, stop: &CancellationToken) -> Result<()> {
        let set = self.notifications.current();
        if !Arc::ptr_eq(&set, &self.set) {
            self.replace_channels(set, stop);
        }
        let set = Arc::clone(&self.set);
        if set.channels().is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut states = self.states().await?;
        if set.channels().iter().any(|channel| !states.iter().any(|state| state.name == channel.name)) {
            self.restore(&set, now).await?;
            states = self.states().await?;
        }
        let mut has_new = states.iter().any(|state| state.has_unannounced_runs);
        if has_new {
            while announce_runs(&*self.store, &set, now).await? {}
        }
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

    fn replace_channels(&mut self, set: Arc<ChannelSet>, stop: &CancellationToken) {
        let changed = |name: &str| set.get(name).is_none_or(|new| self.set.get(name) != Some(new));
        if self.set.channels().iter().any(|channel| changed(&channel.name)) {
            self.missing = MissingRuns::default();
            self.slow = SlowRuns::default();
        }
        self.set = set;
        for channel in self.set.channels() {
            let name = &channel.name;
            declare_notifications(name);
            warn_of_missing_secret(channel);
            if !self.deliveries.contains_key(name) {
                let due = Arc::new(Notify::new());
                let delivery = Delivery {
                    name: name.clone(),
                    store: Arc::clone(&self.store),
                    clock: Arc::clone(&self.clock),
                    notifications: self.notifications.clone(),
                    sender: Arc::clone(&self.sender),
                    due: Arc::clone(&due),
                    stop: stop.clone(),
                };
                self.tasks.spawn(delivery.run());
                self.deliveries.insert(name.clone(), due);
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

    fn start_deliveries(&mut self, states: &[ChannelState], now: Micros) {
        for state in states {
            let is_due = state.next_attempt_at.is_some_and(|due| due <= now);
            if let Some(due) = self.deliveries.get(&state.name).filter(|_| is_due) {
                due.notify_one();
            }
        }
        let later = states.iter().filter_map(|state| state.next_attempt_at).filter(|due| *due > now);
        self.next_attempt_at = later.min();
    }

    async fn clean_up(&mut self, now: Micros) -> Result<()> {
        if self.last_cleanup.is_none_or(|last| last.elapsed() >= CLEANUP_INTERVAL) {
            self.store.delete_old_notifications(now.saturating_sub(MAX_AGE)).await?;
            self.last_cleanup = Some(Instant::now());
        }
        Ok(())
    }

    /// Returns the time until the next look.
    fn wait_time(&self) -> Duration {
        if self.is_failing {
            return POLL_INTERVAL;
        }
        let now = self.clock.now();
        let next = self.next_attempt_at.into_iter().chain(self.missing.next_due_time()).min();
        let wait = next.map(|due| Duration::from_micros(u64::try_from(due - now).unwrap_or_default()));
        wait.map_or(POLL_INTERVAL, |wait| wait.min(POLL_INTERVAL))
    }

    /// Logs a failure once, and the first success after it.
    fn log_failure(&mut self, ticked: Result<()>) {
        let was_failing = std::mem::replace(&mut self.is_failing, ticked.is_err());
        match ticked {
            Err(error) if !was_failing => {
                tracing::error!("the store failed; notifications have to wait: {error:#}");
            }
            Ok(()) if was_failing => tracing::info!("the store works again for notifications"),
            Ok(()) | Err(_) => {}
        }
    }
}

/// Logs if a secret of a channel cannot be read, so that this is known before the first event. In the background, because a file
/// server may not respond.
fn warn_of_missing_secret(channel: &Channel) {
    let (name, secrets) = (channel.name.clone(), channel.secrets());
    tokio::task::spawn_blocking(move || {
        if let Some(error) = secrets.iter().find_map(|secret| secret.read().err()) {
            tracing::warn!(channel = name, "notifications cannot be delivered now: {error:#}");
        }
    });
}
