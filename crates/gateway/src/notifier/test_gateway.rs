//! A gateway without tasks, whose time a test chooses.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use txjobs_sdk::ExecutionState;
use txjobs_store::{
    BusyPolicy, Claim, NodeInfo, NodeStore, NotificationStore, OrganizationStore, Run, RunResult, RunStore,
    SqliteStore,
};
use uuid::Uuid;

use crate::clock::Micros;
use crate::config::{self, Config, GatewayJob};

/// 2028-01-01T00:00:00Z
pub const START: Micros = 1_830_297_600_000_000;

/// A store with the jobs and channels of a configuration.
pub struct TestGateway {
    pub store: Arc<SqliteStore>,
    pub config: Config,
    _folder: TempDir,
}

/// Returns a configuration with these jobs and a channel with these settings.
pub fn config(jobs: &[&str], settings: &str) -> Config {
    let mut text = "[[organization]]\nname = \"Contoso\"\n".to_owned();
    for job in jobs {
        text += &format!("[[organization.job]]\nname = \"{job}\"\ncommand = [\"x\"]\n");
    }
    let url = "webhook = { url = \"http://127.0.0.1:1\" }";
    text += &format!("[[notify]]\nname = \"A\"\njobs = {jobs:?}\n{settings}\n{url}\n");
    config::parse::<GatewayJob>(&text, Path::new("")).unwrap()
}

impl TestGateway {
    pub async fn start(config: Config) -> Self {
        let gateway = Self::open(config).await;
        gateway.declare(START).await;
        gateway
    }

    /// Opens an empty store.
    pub async fn open(config: Config) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("test.db")).await.unwrap());
        Self { store, config, _folder: folder }
    }

    /// Stores the configuration, as a start and a reload do.
    pub async fn declare(&self, now: Micros) {
        self.store.declare(&self.config.declared()).await.unwrap();
        self.store.declare_channels(&self.config.channel_set().declared(), now).await.unwrap();
    }

    /// Returns the number of notifications that are to be delivered.
    pub async fn pending(&self) -> i64 {
        self.store.channel_states().await.unwrap()[0].pending
    }

    /// Runs a job at this time. Returns its id.
    pub async fn run(&self, name: &str, now: Micros) -> Uuid {
        let run = self.start_run(name, now).await;
        let result = RunResult { state: ExecutionState::Completed, error: None };
        self.store.end_run(&run, &result, now).await.unwrap();
        run.job
    }

    /// Starts a run of a job at this time.
    pub async fn start_run(&self, name: &str, now: Micros) -> Run {
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
        self.store.claim_run(claim).await.unwrap().unwrap().run
    }
}
