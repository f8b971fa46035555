//! A store in a temporary folder.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::sqlite::connection::transaction::WriteConnection;
use crate::{
    BusyPolicy, Claim, Job, Line, NodeId, NodeInfo, NodeStore, Organization, OrganizationStore, Result, Run,
    RunStore, SqliteStore,
};

pub(super) const JOB_ID: Uuid = Uuid::from_u128(0x11111111_1111_4111_8111_111111111111);

pub(super) fn organization(name: &str, jobs: &[Uuid]) -> Organization {
    let job = |id: &Uuid| Job { id: *id, name: format!("Load {id}") };
    Organization { name: name.to_owned(), jobs: jobs.iter().map(job).collect() }
}

pub(super) struct TestStore {
    pub folder: TempDir,
    pub store: SqliteStore,
    pub node: NodeId,
    pub job: Uuid,
}

impl TestStore {
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("gateway.db")).await.unwrap();
        let node = store.register_node(&node_info()).await.unwrap();
        store.declare(&[organization("Contoso", &[JOB_ID])]).await.unwrap();
        Self { folder, store, node, job: JOB_ID }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("gateway.db")
    }

    /// Requests a run of a job. Returns whether the store accepted it.
    pub async fn request_run(&self, job: Uuid) -> Result<bool> {
        self.store.request_run(job, Uuid::new_v4(), 1, BusyPolicy::Refuse).await
    }

    /// Claims the next run.
    pub async fn claim_run(&self) -> Result<Option<Run>> {
        let claim = Claim { node: self.node, executing: &[], jobs: None, now: 1, requested_until: 1 };
        Ok(self.store.claim_run(claim).await?.map(|claimed| claimed.run))
    }

    /// Executes SQL on a connection outside of the store.
    pub async fn execute_sql(&self, sql: String) {
        let mut connection = connect(&self.path()).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        // A dropped connection is closed later, and may then write the WAL into the file.
        connection.close().await.unwrap();
    }

    /// Executes SQL on the store's writing connection.
    pub async fn execute_sql_on_writer(&self, sql: &'static str) {
        let mut guard = self.store.writer.lock().await.unwrap();
        let WriteConnection::Ready(connection) = &mut *guard else { panic!("no connection: {guard:?}") };
        sqlx::raw_sql(sql).execute(connection.as_mut()).await.unwrap();
    }

    /// Makes the next commit roll back and fail, as SQLite does when it cannot write. Then the store opens a new connection.
    pub async fn fail_next_commit(&self) {
        let mut guard = self.store.writer.lock().await.unwrap();
        let WriteConnection::Ready(connection) = &mut *guard else { panic!("no connection: {guard:?}") };
        connection.lock_handle().await.unwrap().set_commit_hook(|| false);
    }

    /// Returns the rows of all tables as text.
    pub async fn read_rows(&self) -> Vec<String> {
        let mut connection = connect(&self.path()).await;
        let mut content = Vec::new();
        for sql in [
            "SELECT concat_ws('|', 'organization', id, name, source, is_active) FROM organizations ORDER BY id",
            "SELECT concat_ws('|', 'key', organization, name, hex(hash), created_at, expires_at, scopes) FROM api_keys ORDER BY id",
            "SELECT concat_ws('|', 'job', hex(id), organization, name, position) FROM jobs ORDER BY id",
            "SELECT concat_ws('|', 'run', number, hex(id), hex(job), hex(trigger_id), state, requested_at, created_at, ended_at,
                 cancel_requested, queue_index, hex(node), resume_token)
             FROM executions ORDER BY number",
            "SELECT concat_ws('|', 'line', id, time, severity, message) FROM lines ORDER BY id",
        ] {
            content.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(&mut connection).await.unwrap());
        }
        content
    }
}

pub(super) fn node_info() -> NodeInfo {
    NodeInfo {
        name: "test".to_owned(),
        version: "0".to_owned(),
        labels: Vec::new(),
        concurrency: 1,
        machine: None,
        process: String::new(),
    }
}

pub(super) async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

pub(super) fn line(message: impl Into<String>) -> Line {
    Line { time: 1_700_000_000_000_000, severity: txjobs_sdk::Severity::Information, message: message.into() }
}
