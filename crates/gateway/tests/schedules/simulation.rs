//! Schedulers on one database whose clock a test sets, and which end each run at once.

use std::path::Path;
use std::sync::Arc;

use futures::future::join_all;
use tempfile::TempDir;
use txjobs_gateway::clock::{Clock, Micros};
use txjobs_gateway::config::{self, Config, GatewayJob};
use txjobs_gateway::runner::RunnerHandle;
use txjobs_gateway::schedule::Schedules;
use txjobs_gateway::scheduler::Scheduler;
use txjobs_sdk::ExecutionState;
use txjobs_store::{BusyPolicy, Claim, NodeId, NodeInfo, PostgresStore, RunResult, SharedStore, SqliteStore};
use txjobs_test_support::PostgresServer;
use uuid::Uuid;

use crate::test_clock::TestClock;

/// A run that schedules have started.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StartedRun {
    pub time: Micros,
    pub job: String,
    pub cause: Option<String>,
}

/// A scheduler, and the schedules that it follows.
pub struct TestNode {
    pub scheduler: Scheduler,
    pub schedules: Schedules,
    pub store: SharedStore,
}

/// A database with the jobs of a configuration, and nodes with schedulers.
pub struct Simulation {
    pub clock: Arc<TestClock>,
    pub nodes: Vec<TestNode>,
    pub config: Config,
    pub store: SharedStore,
    url: Option<String>,
    node: NodeId,
    _folder: Option<TempDir>,
}

/// Returns a configuration with these jobs and their further lines.
pub fn config(jobs: &[(&str, &str)]) -> Config {
    let mut text = "[[organization]]\nname = \"Contoso\"\n".to_owned();
    for (name, lines) in jobs {
        text += &format!("[[organization.job]]\nname = \"{name}\"\ncommand = [\"x\"]\n{lines}\n");
    }
    config::parse::<GatewayJob>(&text, Path::new("")).unwrap()
}

impl Simulation {
    /// Creates a PostgreSQL database with two nodes, which start at this time.
    pub async fn postgres(time: Micros, jobs: &[(&str, &str)]) -> Self {
        let url = PostgresServer::shared().create_database();
        let store = Arc::new(PostgresStore::open(&url).await.unwrap());
        let mut simulation = Self::new(store, time, jobs, Some(url), None).await;
        simulation.add_node().await;
        simulation.add_node().await;
        simulation
    }

    /// Creates a SQLite database with one node, which starts at this time.
    pub async fn sqlite(time: Micros, jobs: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("test.db")).await.unwrap());
        let mut simulation = Self::new(store, time, jobs, None, Some(folder)).await;
        simulation.add_node().await;
        simulation
    }

    async fn new(
        store: SharedStore,
        time: Micros,
        jobs: &[(&str, &str)],
        url: Option<String>,
        folder: Option<TempDir>,
    ) -> Self {
        let clock = Arc::new(TestClock::default());
        clock.set(time);
        let info = NodeInfo {
            name: "test".to_owned(),
            version: String::new(),
            labels: Vec::new(),
            concurrency: 1,
            machine: None,
            process: String::new(),
        };
        let node = store.register_node(&info).await.unwrap();
        Self { clock, nodes: Vec::new(), config: config(jobs), store, url, node, _folder: folder }
    }

    /// Starts a node with the configuration, as another process does if the database allows it.
    pub async fn add_node(&mut self) {
        let store: SharedStore = match &self.url {
            Some(url) => Arc::new(PostgresStore::open(url).await.unwrap()),
            None => Arc::clone(&self.store),
        };
        store.declare(&self.config.declared()).await.unwrap();
        let node = self.create_node(store);
        self.nodes.push(node);
        self.load(self.nodes.len() - 1).await;
    }

    fn create_node(&self, store: SharedStore) -> TestNode {
        let schedules = Schedules::default();
        let scheduler = Scheduler::new(
            Arc::clone(&store),
            self.clock.clone(),
            RunnerHandle::default(),
            schedules.clone(),
        );
        TestNode { scheduler, schedules, store }
    }

    /// Makes a node read the configuration, as a reload does.
    pub async fn load(&mut self, node: usize) {
        let scheduled = self.config.schedules();
        let store = &self.nodes[node].store;
        store.declare(&self.config.declared()).await.unwrap();
        store.declare_schedules(&scheduled.declared(), self.clock.now()).await.unwrap();
        self.nodes[node].schedules.set(scheduled);
    }

    /// Replaces a node's scheduler by one that knows nothing, as a kill and a restart do.
    pub async fn restart(&mut self, node: usize) {
        let store = Arc::clone(&self.nodes[node].store);
        self.nodes[node] = self.create_node(store);
        self.load(node).await;
    }

    /// Sets the clock, and lets all nodes look at it at the same time.
    pub async fn tick_at(&mut self, time: Micros) {
        self.clock.set(time);
        self.tick().await;
    }

    /// Lets all nodes look at the clock at the same time.
    pub async fn tick(&mut self) {
        for ticked in join_all(self.nodes.iter_mut().map(|node| node.scheduler.tick())).await {
            ticked.unwrap();
        }
    }

    /// Returns the id of a job.
    pub fn job(&self, name: &str) -> Uuid {
        self.config.jobs().find(|(_, job)| job.name == name).unwrap().1.id
    }

    fn name(&self, id: Uuid) -> String {
        self.config.jobs().find(|(_, job)| job.id == id).unwrap().1.name.clone()
    }

    /// Requests a run, as a client of the API does.
    pub async fn execute(&self, name: &str) {
        let (job, now) = (self.job(name), self.clock.now());
        assert!(self.store.request_run(job, Uuid::new_v4(), now, BusyPolicy::Refuse).await.unwrap());
    }

    /// Claims and completes all pending runs. Returns those that schedules have started.
    pub async fn finish_runs(&self) -> Vec<StartedRun> {
        self.finish_runs_as(ExecutionState::Completed).await
    }

    /// Claims all pending runs and ends them in this state. Returns those that schedules have started.
    pub async fn finish_runs_as(&self, state: ExecutionState) -> Vec<StartedRun> {
        let mut started = Vec::new();
        let now = Micros::MAX / 2;
        let claim = Claim { node: self.node, executing: &[], jobs: None, now, requested_until: now };
        while let Some(claimed) = self.store.claim_run(claim).await.unwrap() {
            let run = claimed.run;
            if run.trigger_id.is_nil() {
                let time = self.store.requested_at(&run).await.unwrap();
                started.push(StartedRun { time, job: self.name(run.job), cause: claimed.cause });
            }
            self.store.end_run(&run, &RunResult { state, error: None }, now).await.unwrap();
        }
        started.sort();
        started
    }

    /// Lets all nodes look at the clock at this time. Returns the names and causes of the runs that they started.
    pub async fn started_at(&mut self, time: Micros) -> Vec<(String, Option<String>)> {
        self.tick_at(time).await;
        self.started().await
    }

    /// Completes all pending runs. Returns the names and causes of those that schedules have started.
    pub async fn started(&self) -> Vec<(String, Option<String>)> {
        self.finish_runs().await.into_iter().map(|run| (run.job, run.cause)).collect()
    }
}
