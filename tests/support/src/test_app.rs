//! The router of the gateway in process, with its store in a temporary folder.

use std::fmt::{self, Debug, Formatter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::response::Response;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use txjobs_gateway::api::{AppState, KeyUses};
use txjobs_gateway::clock::{SharedClock, SystemClock, system_time};
use txjobs_gateway::config::{self, Config};
use txjobs_gateway::key;
use txjobs_gateway::metrics::RunMetrics;
use txjobs_gateway::node::{self, NodeOptions};
use txjobs_gateway::runner::{
    Lease, Leases, RunnableJobs, Runner, RunnerHandle, RunnerOptions, Shutdown, WorkResolver,
};
use txjobs_gateway::server::{ServerOptions, router};
use txjobs_sdk::types::{JobId, TriggerId};
use txjobs_sdk::{ApiKey, operation, paths};
use txjobs_store::{AddKeyOutcome, Claim, NewKey, NodeInfo, Run, Scopes, SharedStore, SqliteStore};

use crate::log_lines::has_ended;
use crate::test_job::TestJob;
use crate::test_response::TestResponse;
use crate::wait::wait_until;

/// Two organizations. The job "Quick" writes five lines and ends. The job "Slow" waits until it is interrupted.
pub const CONFIG: &str = r#"
[[organization]]
name = "Contoso"

[[organization.job]]
name = "Quick"
id = "11111111-1111-4111-8111-111111111111"
lines = ["Line 1", "Line 2", "Line 3", "Line 4", "Line 5"]

[[organization.job]]
name = "Slow"
id = "22222222-2222-4222-8222-222222222222"
lines = ["Started"]
waits = true

[[organization]]
name = "Fabrikam"

[[organization.job]]
name = "Theirs"
id = "33333333-3333-4333-8333-333333333333"
"#;

const DATABASE: &str = "gateway.db";

/// The router of the gateway, with its store in a temporary folder. Runs are started only if there is a runner.
pub struct TestApp {
    folder: TempDir,
    /// The store of the gateway.
    pub store: SharedStore,
    /// The same store.
    pub sqlite: SqliteStore,
    /// The configuration.
    pub config: Config,
    /// A key of each organization, in the order of the configuration.
    pub keys: Vec<ApiKey>,
    /// The uses of keys that are not in the store yet.
    pub key_uses: KeyUses,
    router: Router,
    clock: SharedClock,
    runner: RunnerHandle,
    shutdown: Shutdown,
}

/// Parses a configuration of test jobs.
#[must_use]
pub fn parse(text: &str) -> Config {
    config::parse::<TestJob>(text, Path::new("")).unwrap()
}

/// Describes the node of a test.
#[must_use]
pub fn test_node() -> NodeInfo {
    node::describe(&NodeOptions { concurrency: 8, ..NodeOptions::default() })
}

/// Returns options without a demo key.
fn options(console: Option<PathBuf>) -> ServerOptions {
    ServerOptions { name: "Gateway".into(), console, demo_key: None, relay: None }
}

impl TestApp {
    /// Creates a gateway without a runner, so that runs stay pending.
    pub async fn without_runner() -> Self {
        Self::with_options(options(None)).await
    }

    /// Creates a gateway with the files of a console, without a runner.
    pub async fn with_console(folder: &Path) -> Self {
        Self::with_options(options(Some(folder.to_owned()))).await
    }

    /// Creates a gateway without a runner.
    pub async fn with_options(options: ServerOptions) -> Self {
        Self::new(CONFIG, options).await
    }

    /// Creates a gateway with a runner.
    pub async fn with_runner() -> Self {
        Self::with_jobs(CONFIG).await
    }

    /// Creates a gateway with a runner and these jobs.
    pub async fn with_jobs(config: &str) -> Self {
        let app = Self::new(config, options(None)).await;
        let resolver = app.config.jobs_by_id();
        app.start_runner(Arc::new(resolver)).await;
        app
    }

    async fn new(text: &str, options: ServerOptions) -> Self {
        let folder = TempDir::new().unwrap();
        let config = parse(text);
        let sqlite = SqliteStore::open(&folder.path().join(DATABASE)).await.unwrap();
        let store: SharedStore = Arc::new(sqlite.clone());
        store.declare(&config.declared()).await.unwrap();
        let clock: SharedClock = Arc::new(SystemClock::new());
        let mut keys = Vec::new();
        for organization in &config.organizations {
            let key = add_key(&store, &organization.name, "test", Scopes::ALL, None).await;
            keys.push(key);
        }
        let (runner, shutdown) = (RunnerHandle::default(), Shutdown::default());
        let state =
            AppState::new(Arc::clone(&store), Arc::clone(&clock), runner.clone(), config.key_header.clone());
        let key_uses = state.key_uses.clone();
        let router = router(state, &options);
        Self { folder, store, sqlite, config, keys, key_uses, router, clock, runner, shutdown }
    }

    /// Starts the runner.
    pub async fn start_runner(&self, resolver: Arc<dyn WorkResolver>) {
        let node = self.store.register_node(&test_node()).await.unwrap();
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        let options =
            RunnerOptions { concurrency: 8, jobs: RunnableJobs::default(), metrics: RunMetrics::default() };
        let (_, leases) = Leases::new(Lease::new(node));
        let runner =
            Runner::new(store, clock, self.runner.clone(), resolver, options, leases, self.shutdown.clone());
        tokio::spawn(runner.work());
    }

    /// Stops the runner as a shutdown does, declares its node gone, and starts another one.
    pub async fn replace_runner(&mut self) {
        self.shutdown.graceful.cancel();
        self.shutdown = Shutdown::default();
        self.store.sweep(Duration::ZERO).await.unwrap();
        self.start_runner(Arc::new(self.config.jobs_by_id())).await;
    }

    /// Returns the time of the gateway, in microseconds.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.clock.now()
    }

    /// Sets the clock of the gateway.
    pub fn set_time(&self, time: i64) {
        self.clock.synchronize(time);
    }

    /// Claims the next run at this time, in microseconds, for a node without a runner.
    pub async fn claim_run(&self, now: i64) -> Option<Run> {
        let node = self.store.register_node(&test_node()).await.unwrap();
        let claim = Claim { node, executing: &[], jobs: None, now, requested_until: now };
        self.store.claim_run(claim).await.unwrap().map(|claimed| claimed.run)
    }

    /// Adds a key of the first organization.
    pub async fn add_key(&self, name: &str, scopes: Scopes, expires_at: Option<i64>) -> ApiKey {
        add_key(&self.store, &self.config.organizations[0].name, name, scopes, expires_at).await
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of the database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder().join(DATABASE)
    }

    /// Returns the id of the job with this name.
    #[must_use]
    pub fn job(&self, name: &str) -> JobId {
        JobId(self.config.jobs().find(|(_, job)| job.name == name).expect("a job with this name").1.id)
    }

    /// Sends a request, and returns the response before its body.
    pub async fn response(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.response(request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        TestResponse { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends a GET without a key.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> TestResponse {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a request with the key of the first organization.
    pub async fn call(&self, request: operation::Request) -> TestResponse {
        self.call_as(&self.keys[0], request).await
    }

    /// Sends a request with a key.
    pub async fn call_as(&self, key: &ApiKey, request: operation::Request) -> TestResponse {
        let built = Request::builder()
            .method(request.method().as_str())
            .uri(request.path_and_query())
            .header(paths::API_KEY_HEADER, key.expose());
        self.send(built.body(Body::empty()).unwrap()).await
    }

    /// Sends a request with the key of the first organization to a path that the SDK does not build.
    pub async fn call_path(&self, method: &str, path: &str) -> TestResponse {
        let built =
            Request::builder().method(method).uri(path).header(paths::API_KEY_HEADER, self.keys[0].expose());
        self.send(built.body(Body::empty()).unwrap()).await
    }

    /// Executes a job.
    pub async fn execute(&self, job: JobId) -> TriggerId {
        let body = self.call(paths::execute_job(job)).await.expect_ok();
        body["TriggerId"].as_str().unwrap().parse().unwrap()
    }

    /// Returns the execution of a run, if it is visible.
    pub async fn find_run(&self, job: JobId, trigger: TriggerId) -> Option<Value> {
        self.find_run_as(&self.keys[0], job, trigger).await
    }

    async fn find_run_as(&self, key: &ApiKey, job: JobId, trigger: TriggerId) -> Option<Value> {
        let body = self.call_as(key, paths::get_job_logs_by_trigger(job, trigger, None)).await.expect_ok();
        body.as_array().unwrap().first().cloned()
    }

    /// Waits until the condition is true of the run's execution, and returns the execution.
    pub async fn wait_until(
        &self,
        job: JobId,
        trigger: TriggerId,
        condition: impl Fn(&Value) -> bool,
    ) -> Value {
        self.wait_until_as(&self.keys[0], job, trigger, condition).await
    }

    async fn wait_until_as(
        &self,
        key: &ApiKey,
        job: JobId,
        trigger: TriggerId,
        condition: impl Fn(&Value) -> bool,
    ) -> Value {
        wait_until("the state or the lines of the run", async || {
            self.find_run_as(key, job, trigger).await.filter(&condition)
        })
        .await
    }

    /// Waits until the run has ended, and returns its execution.
    pub async fn wait_for_end(&self, job: JobId, trigger: TriggerId) -> Value {
        self.wait_until(job, trigger, has_ended).await
    }

    /// Waits until a run of the organization with this key has ended, and returns its execution.
    pub async fn wait_for_end_as(&self, key: &ApiKey, job: JobId, trigger: TriggerId) -> Value {
        self.wait_until_as(key, job, trigger, has_ended).await
    }

    /// Executes the job with this name, waits until the run has ended, and returns its execution.
    pub async fn run(&self, name: &str) -> Value {
        let job = self.job(name);
        let trigger = self.execute(job).await;
        self.wait_for_end(job, trigger).await
    }
}

async fn add_key(
    store: &SharedStore,
    organization: &str,
    name: &str,
    scopes: Scopes,
    expires_at: Option<i64>,
) -> ApiKey {
    let id = store.organization_id(organization).await.unwrap().unwrap();
    let key = key::generate().unwrap();
    let hash = key::hash(key.expose());
    let new = NewKey { name, hash: &hash, scopes, created_at: system_time(), expires_at };
    assert_eq!(store.add_key(id, new).await.unwrap(), AddKeyOutcome::Added);
    key
}

impl Debug for TestApp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestApp").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.graceful.cancel();
    }
}
