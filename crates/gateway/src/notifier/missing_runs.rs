//! Makes notifications of jobs that have not started in time.
//!
//! The store says how far the due times of each channel are checked. A run that a check has found may be deleted later, so that a
//! second check of the same due time could miss it.

use std::collections::HashMap;

use txjobs_store::time::micros;
use txjobs_store::{ChannelState, CheckState, Result, StartCheck, Store};

use super::announcements::notification;
use crate::clock::{ClockReading, Micros, Moment};
use crate::node_differences::NodeDifferences;
use crate::notify::{Channel, ChannelSet, Content};
use crate::schedule::DueTimes;

/// The longest time after a due time in which it is checked, for instance because no node was there: a day.
pub(super) const MAX_DELAY: Micros = 86_400_000_000;

/// How far the due times of each channel are checked, as far as this node knows.
#[derive(Debug, Default)]
pub(super) struct MissingRuns {
    channels: HashMap<String, Progress>,
    /// The channels whose check in the store is another one.
    foreign: NodeDifferences<String>,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    /// What the store says.
    checked_until: Micros,
    /// Where the next check begins: earlier due times are too old.
    begin: Micros,
    next_due_time: Option<Micros>,
}

impl Progress {
    fn new(due_times: &DueTimes, checked_until: Micros, now: Micros) -> Self {
        let begin = checked_until.max(now.saturating_sub(MAX_DELAY));
        Self { checked_until, begin, next_due_time: due_times.next_after(begin) }
    }
}

impl MissingRuns {
    /// Stores a notification of each job that has not started before the latest due time. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Fails if the store fails. The next call continues.
    pub async fn check(
        &mut self,
        store: &dyn Store,
        channels: &ChannelSet,
        states: &[ChannelState],
        reading: ClockReading,
    ) -> Result<bool> {
        let mut has_some = false;
        for channel in channels.channels() {
            let state = states.iter().find(|state| state.name == channel.name);
            has_some |= match state.and_then(|state| state.check.as_ref()) {
                Some(check) => self.check_channel(store, channel, check, reading).await?,
                None => false,
            };
        }
        Ok(has_some)
    }

    async fn check_channel(
        &mut self,
        store: &dyn Store,
        channel: &Channel,
        check: &CheckState,
        reading: ClockReading,
    ) -> Result<bool> {
        let Some(not_started) = &channel.not_started else { return Ok(false) };
        let (name, now, due_times) = (&channel.name, reading.time, &not_started.due_times);
        if check.definition != not_started.definition() {
            self.note_foreign(name, reading.moment);
            return Ok(false);
        }
        self.foreign.remove(name);
        let known = self.channels.get(name).filter(|known| known.checked_until == check.checked_until);
        let progress = known.copied().unwrap_or_else(|| Progress::new(due_times, check.checked_until, now));
        self.channels.insert(name.clone(), progress);
        if progress.next_due_time.is_none_or(|due| due > now) {
            return Ok(false);
        }
        let Some(due) = due_times.between(progress.begin, now) else { return Ok(false) };
        let after = due.latest.saturating_sub(micros(not_started.within));
        let mut notifications = Vec::new();
        for job in &not_started.jobs {
            if !store.has_execution_between(job.id, after, due.latest).await? {
                let content = Content::of_not_started(channel, job, not_started, due.latest);
                notifications.push(notification(name, &content));
            }
        }
        let start_check = StartCheck {
            channel: name,
            definition: &check.definition,
            checked_until: check.checked_until,
            due_time: due.latest,
        };
        match store.announce_missing_runs(start_check, &notifications, now).await? {
            true => self.channels.insert(name.clone(), Progress::new(due_times, due.latest, now)),
            // Another node was faster.
            false => self.channels.remove(name),
        };
        Ok(!notifications.is_empty())
    }

    fn note_foreign(&mut self, channel: &str, moment: Moment) {
        self.channels.remove(channel);
        if self.foreign.needs_warning(channel.to_owned(), moment) {
            tracing::warn!(
                channel,
                "another node has started with a configuration in which the channel has another `not_started` or other jobs, so this \
                 node does not check whether they start. Give all nodes the same configuration"
            );
        }
    }

    /// Returns the next due time that is not checked.
    pub fn next_due_time(&self) -> Option<Micros> {
        self.channels.values().filter_map(|progress| progress.next_due_time).min()
    }
}

#[cfg(test)]
mod tests {
    use txjobs_store::{NotificationStore, Retention, RunStore};

    use super::*;
    use crate::config::Config;
    use crate::notifier::announcements::announce_runs;
    use crate::notifier::test_gateway::{START, TestGateway, config};

    const HOUR: Micros = 3_600_000_000;
    const CHECK: &str = "not_started = { check = \"0 3 * * *\", within = \"2h\" }";

    /// A gateway that checks.
    struct Checked {
        gateway: TestGateway,
        missing: MissingRuns,
    }

    impl Checked {
        async fn start(config: Config) -> Self {
            Self { gateway: TestGateway::start(config).await, missing: MissingRuns::default() }
        }

        /// Forgets what is not in the store, as a restart and a changed configuration do.
        async fn restart(&mut self, now: Micros) {
            self.gateway.declare(now).await;
            self.missing = MissingRuns::default();
        }

        async fn restart_with(&mut self, config: Config, now: Micros) {
            self.gateway.config = config;
            self.restart(now).await;
        }

        /// Returns the number of notifications after a check at this time.
        async fn notifications_at(&mut self, now: Micros) -> i64 {
            let TestGateway { store, config, .. } = &self.gateway;
            let reading = ClockReading { time: now, moment: Moment::from_micros(now.into()) };
            let states = store.channel_states().await.unwrap();
            self.missing.check(&**store, &config.channel_set(), &states, reading).await.unwrap();
            self.gateway.pending().await
        }
    }

    #[tokio::test]
    async fn deleted_run_of_an_earlier_check_is_not_missing_after_a_restart() {
        let mut checked = Checked::start(config(&["Load"], CHECK)).await;
        let job = checked.gateway.run("Load", START + 2 * HOUR).await;
        assert_eq!(checked.notifications_at(START + 3 * HOUR).await, 0);
        // A run stays until it is announced.
        let channels = checked.gateway.config.channel_set();
        announce_runs(&*checked.gateway.store, &channels, START + 3 * HOUR).await.unwrap();
        let retention = Retention { max_runs: Some(0), ended_before: None };
        let deleted = checked.gateway.store.delete_old_runs(job, retention).await.unwrap();
        assert_eq!(deleted, 1);
        checked.restart(START + 16 * HOUR).await;
        assert_eq!(checked.notifications_at(START + 16 * HOUR).await, 0);
        // The next one is missing.
        assert_eq!(checked.notifications_at(START + 27 * HOUR).await, 1);
    }

    #[tokio::test]
    async fn new_job_and_new_check_begin_now() {
        let mut checked = Checked::start(config(&["Load"], "")).await;
        checked.gateway.run("Load", START + 2 * HOUR).await;
        checked.restart_with(config(&["Load"], CHECK), START + 4 * HOUR).await;
        assert_eq!(checked.notifications_at(START + 4 * HOUR).await, 0, "a new check");
        for jobs in [&["Load", "New"][..], &["Renamed", "New"]] {
            checked.restart_with(config(jobs, CHECK), START + 5 * HOUR).await;
            assert_eq!(checked.notifications_at(START + 5 * HOUR).await, 0, "{jobs:?}");
        }
        assert_eq!(checked.notifications_at(START + 27 * HOUR).await, 2);
    }

    #[tokio::test]
    async fn check_that_was_due_during_a_downtime_of_at_most_a_day_is_made_up() {
        let mut checked = Checked::start(config(&["Load"], CHECK)).await;
        assert_eq!(checked.notifications_at(START + 2 * HOUR).await, 0);
        checked.restart(START + 20 * HOUR).await;
        assert_eq!(checked.notifications_at(START + 20 * HOUR).await, 1);
        checked.restart(START + 21 * HOUR).await;
        assert_eq!(checked.notifications_at(START + 21 * HOUR).await, 1);
        let weekly = "not_started = { check = \"0 3 * * 0\", within = \"2h\" }";
        checked.restart_with(config(&["Load"], weekly), START + 21 * HOUR).await;
        // 2028-01-02 is a Sunday. Two days later it is too late.
        assert_eq!(checked.notifications_at(START + 80 * HOUR).await, 1);
        assert!(checked.missing.next_due_time().unwrap() > START + 80 * HOUR);
    }

    #[tokio::test]
    async fn node_with_another_configuration_checks_nothing() {
        let mut checked = Checked::start(config(&["Load"], CHECK)).await;
        checked.restart(START).await;
        checked.gateway.config = config(&["Load", "Other"], CHECK);
        assert_eq!(checked.notifications_at(START + 3 * HOUR).await, 0);
        assert_eq!(checked.missing.next_due_time(), None);
        checked.gateway.config = config(&["Load"], CHECK);
        assert_eq!(checked.notifications_at(START + 3 * HOUR).await, 1);
    }
}
