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
const MAX_DELAY: Micros = 86_400_000_000;

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
    use std::path::Path;

    use tempfile::TempDir;
    use txjobs_sdk::ExecutionState;
    use txjobs_store::{BusyPolicy, Claim, NodeInfo, Retention, RunResult, SqliteStore};
    use uuid::Uuid;

    use super::*;
    use crate::config::{self, Config, GatewayJob};

    const HOUR: Micros = 3_600_000_000;
    /// 2028-01-01T00:00:00Z
    const START: Micros = 1_830_297_600_000_000;

    /// A gateway with a store, which a test starts again and again.
    struct TestGateway {
        store: SqliteStore,
        config: Config,
        missing: MissingRuns,
        _folder: TempDir,
    }

    fn config(jobs: &[&str], not_started: &str) -> Config {
        let mut text = "[[organization]]\nname = \"Contoso\"\n".to_owned();
        for job in jobs {
            text += &format!("[[organization.job]]\nname = \"{job}\"\ncommand = [\"x\"]\n");
        }
        let url = "webhook = { url = \"http://127.0.0.1:1\" }";
        text += &format!("[[notify]]\nname = \"A\"\njobs = {jobs:?}\n{not_started}\n{url}\n");
        config::parse::<GatewayJob>(&text, Path::new("")).unwrap()
    }

    const CHECK: &str = "not_started = { check = \"0 3 * * *\", within = \"2h\" }";

    impl TestGateway {
        async fn start(config: Config) -> Self {
            let folder = TempDir::new().unwrap();
            let store = SqliteStore::open(&folder.path().join("test.db")).await.unwrap();
            let mut gateway = Self { store, config, missing: MissingRuns::default(), _folder: folder };
            gateway.restart(START).await;
            gateway
        }

        /// Forgets what is not in the store, as a restart and a changed configuration do.
        async fn restart(&mut self, now: Micros) {
            use txjobs_store::{NotificationStore, OrganizationStore};
            self.store.declare(&self.config.declared()).await.unwrap();
            self.store.declare_channels(&self.config.channel_set().declared(), now).await.unwrap();
            self.missing = MissingRuns::default();
        }

        /// Returns the number of notifications after a check at this time.
        async fn notifications_at(&mut self, now: Micros) -> i64 {
            use txjobs_store::NotificationStore;
            let reading = ClockReading { time: now, moment: Moment::from_micros(now.into()) };
            let set = self.config.channel_set();
            let states = self.store.channel_states().await.unwrap();
            self.missing.check(&self.store, &set, &states, reading).await.unwrap();
            self.store.channel_states().await.unwrap()[0].pending
        }

        async fn run(&self, name: &str, now: Micros) -> Uuid {
            use txjobs_store::{NodeStore, RunStore};
            let job = self.config.jobs().find(|(_, job)| job.name == name).unwrap().1.id;
            assert!(self.store.request_run(job, Uuid::new_v4(), now, BusyPolicy::Refuse).await.unwrap());
            let info = NodeInfo {
                name: "test".to_owned(),
                version: String::new(),
                labels: Vec::new(),
                concurrency: 1,
                machine: None,
                process: String::new(),
            };
            let node = self.store.register_node(&info).await.unwrap();
            let claim = Claim { node, executing: &[], jobs: None, now, requested_until: now };
            let run = self.store.claim_run(claim).await.unwrap().unwrap().run;
            let result = RunResult { state: ExecutionState::Completed, error: None };
            self.store.end_run(&run, &result, now).await.unwrap();
            job
        }
    }

    #[tokio::test]
    async fn deleted_run_of_an_earlier_check_is_not_missing_after_a_restart() {
        let mut gateway = TestGateway::start(config(&["Load"], CHECK)).await;
        let job = gateway.run("Load", START + 2 * HOUR).await;
        assert_eq!(gateway.notifications_at(START + 3 * HOUR).await, 0);
        let retention = Retention { max_runs: Some(0), ended_before: None };
        let deleted = txjobs_store::RunStore::delete_old_runs(&gateway.store, job, retention).await.unwrap();
        assert_eq!(deleted, 1);
        gateway.restart(START + 16 * HOUR).await;
        assert_eq!(gateway.notifications_at(START + 16 * HOUR).await, 0);
        // The next one is missing.
        assert_eq!(gateway.notifications_at(START + 27 * HOUR).await, 1);
    }

    #[tokio::test]
    async fn new_job_and_new_check_begin_now() {
        let mut gateway = TestGateway::start(config(&["Load"], "")).await;
        gateway.run("Load", START + 2 * HOUR).await;
        gateway.config = config(&["Load"], CHECK);
        gateway.restart(START + 4 * HOUR).await;
        assert_eq!(gateway.notifications_at(START + 4 * HOUR).await, 0, "a new check");
        for jobs in [&["Load", "New"][..], &["Renamed", "New"]] {
            gateway.config = config(jobs, CHECK);
            gateway.restart(START + 5 * HOUR).await;
            assert_eq!(gateway.notifications_at(START + 5 * HOUR).await, 0, "{jobs:?}");
        }
        assert_eq!(gateway.notifications_at(START + 27 * HOUR).await, 2);
    }

    #[tokio::test]
    async fn check_that_was_due_during_a_downtime_of_at_most_a_day_is_made_up() {
        let mut gateway = TestGateway::start(config(&["Load"], CHECK)).await;
        assert_eq!(gateway.notifications_at(START + 2 * HOUR).await, 0);
        gateway.restart(START + 20 * HOUR).await;
        assert_eq!(gateway.notifications_at(START + 20 * HOUR).await, 1);
        gateway.restart(START + 21 * HOUR).await;
        assert_eq!(gateway.notifications_at(START + 21 * HOUR).await, 1);
        let weekly = "not_started = { check = \"0 3 * * 0\", within = \"2h\" }";
        gateway.config = config(&["Load"], weekly);
        gateway.restart(START + 21 * HOUR).await;
        // 2028-01-02 is a Sunday. Two days later it is too late.
        assert_eq!(gateway.notifications_at(START + 80 * HOUR).await, 1);
        assert!(gateway.missing.next_due_time().unwrap() > START + 80 * HOUR);
    }

    #[tokio::test]
    async fn node_with_another_configuration_checks_nothing() {
        let mut gateway = TestGateway::start(config(&["Load"], CHECK)).await;
        gateway.restart(START).await;
        gateway.config = config(&["Load", "Other"], CHECK);
        assert_eq!(gateway.notifications_at(START + 3 * HOUR).await, 0);
        assert_eq!(gateway.missing.next_due_time(), None);
        gateway.config = config(&["Load"], CHECK);
        assert_eq!(gateway.notifications_at(START + 3 * HOUR).await, 1);
    }
}
