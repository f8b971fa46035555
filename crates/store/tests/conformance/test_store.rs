//! Stores in temporary databases.

use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use txjobs_sdk::Severity;
use txjobs_store::{
    BusyPolicy, Claim, ClaimedRun, Job, Line, NodeId, NodeInfo, Organization, PostgresStore, Result, Run,
    SharedStore, SqliteStore,
};
use txjobs_test_support::{PgBouncer, PostgresServer};
use uuid::Uuid;

/// The time of every change of a test, in microseconds.
pub const NOW: i64 = 1_700_000_000_000_000;

/// A store with one organization, which has three jobs, and one node.
pub struct TestStore {
    pub store: SharedStore,
    pub organization: i64,
    pub jobs: [Uuid; 3],
    pub node: NodeId,
    claimed: Mutex<Vec<i64>>,
    url: Option<String>,
    _folder: Option<TempDir>,
}

impl TestStore {
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("test.db")).await.unwrap();
        Self { _folder: Some(folder), ..Self::new(Arc::new(store), None).await }
    }

    pub async fn postgres() -> Self {
        Self::with_url(PostgresServer::shared().create_database()).await
    }

    pub async fn pgbouncer() -> Self {
        let url = PostgresServer::shared().create_database();
        Self::with_url(PgBouncer::shared().url_of(&url)).await
    }

    async fn with_url(url: String) -> Self {
        let store = PostgresStore::open(&url).await.unwrap();
        Self::new(Arc::new(store), Some(url)).await
    }

    async fn new(store: SharedStore, url: Option<String>) -> Self {
        let jobs = [1, 2, 3].map(Uuid::from_u128);
        store.declare(&[organization("Contoso", &jobs)]).await.unwrap();
        let organization = store.organization_id("Contoso").await.unwrap().unwrap();
        let node = store.register_node(&node_info("first")).await.unwrap();
        Self { store, organization, jobs, node, claimed: Mutex::default(), url, _folder: None }
    }

    /// Opens the same database again, as another process does. `None` if only one process uses it.
    pub async fn open_again(&self) -> Option<SharedStore> {
        let url = self.url.as_ref()?;
        Some(Arc::new(PostgresStore::open(url).await.unwrap()))
    }

    pub async fn request_run(&self, job: Uuid) -> Result<bool> {
        self.store.request_run(job, Uuid::new_v4(), NOW, BusyPolicy::Refuse).await
    }

    /// Claims the next run for a node.
    pub async fn claim(&self, node: NodeId) -> Result<Option<ClaimedRun>> {
        let executing = self.claimed.lock().unwrap().clone();
        let claim = Claim { node, executing: &executing, jobs: None, now: NOW + 1, requested_until: NOW + 1 };
        let claimed = self.store.claim_run(claim).await?;
        self.claimed.lock().unwrap().extend(claimed.iter().map(|claimed| claimed.run.number));
        Ok(claimed)
    }

    /// Requests and claims a run of a job.
    pub async fn start_run(&self, job: Uuid) -> Run {
        assert!(self.request_run(job).await.unwrap());
        self.claim(self.node).await.unwrap().unwrap().run
    }

    /// Returns the texts of a run's lines.
    pub async fn messages(&self, run: &Run) -> Vec<String> {
        let page = self.store.lines(run.number, 1..=i64::from(u32::MAX), usize::MAX).await.unwrap();
        page.lines.into_iter().map(|(_, stored)| stored.line.message).collect()
    }
}

pub fn organization(name: &str, jobs: &[Uuid]) -> Organization {
    let job = |id: &Uuid| Job { id: *id, name: format!("Load {id}") };
    Organization { name: name.to_owned(), jobs: jobs.iter().map(job).collect() }
}

pub fn node_info(name: &str) -> NodeInfo {
    NodeInfo {
        name: name.to_owned(),
        version: "1.2.3".to_owned(),
        labels: vec!["gpu".to_owned(), "eu".to_owned()],
        concurrency: 4,
        machine: Some("machine".to_owned()),
        process: "1 2".to_owned(),
    }
}

pub fn line(message: impl Into<String>) -> Line {
    Line { time: NOW + 2, severity: Severity::Information, message: message.into() }
}
