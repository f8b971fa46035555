//! A gateway in a temporary folder, with or without a runner.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use txjobs_gateway::api::AppState;
use txjobs_gateway::clock::{SharedClock, SystemClock, system_time};
use txjobs_gateway::config::{self, Config};
use txjobs_gateway::key;
use txjobs_gateway::runner::{Runner, RunnerHandle, Shutdown, WorkResolver};
use txjobs_gateway::server::{ServerOptions, router};
use txjobs_sdk::types::{JobId, TriggerId};
use txjobs_sdk::{ApiKey, operation, paths};
use txjobs_store::Store;

use crate::test_job::TestJob;

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

pub struct TestApp {
    pub folder: TempDir,
    pub store: Store,
    pub config: Config,
    /// The keys of Contoso and Fabrikam.
    pub keys: Vec<ApiKey>,
    router: Router,
    clock: SharedClock,
    runner: RunnerHandle,
    shutdown: Shutdown,
}

pub struct TestResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl TestResponse {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Asserts the status and the error body, and returns its message.
    #[track_caller]
    pub fn expect_error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{body}");
        let message = body["Message"].as_str().unwrap_or_default().to_owned();
        assert!(message.ends_with('.'), "{message}");
        message
    }

    #[track_caller]
    pub fn expect_ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header(paths::EXTENSIONS_HEADER), "cancel, after, limit, logs");
        let cache_control = if self.header("etag").is_empty() { "no-store" } else { "private, no-cache" };
        assert_eq!(self.header("cache-control"), cache_control);
        self.json()
    }
}

/// Parses a configuration of test jobs.
pub fn parse(text: &str) -> Config {
    config::parse::<TestJob>(text, Path::new("")).unwrap()
}

/// Returns the options without a console and without a demo key.
pub fn options() -> ServerOptions {
    ServerOptions { name: "Gateway".into(), console: None, demo_key: None }
}

impl TestApp {
    /// Creates a gateway without a runner, so that runs stay pending.
    pub async fn without_runner() -> Self {
        Self::with_options(options()).await
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
        let app = Self::new(config, options()).await;
        let resolver = app.config.jobs_by_id();
        app.start_runner(Arc::new(resolver));
        app
    }

    async fn new(text: &str, options: ServerOptions) -> Self {
        let folder = TempDir::new().unwrap();
        let config = parse(text);
        let store = Store::open(&folder.path().join("gateway.db")).await.unwrap();
        store.declare(&config.declared()).await.unwrap();
        let clock: SharedClock = Arc::new(SystemClock::new());
        let mut keys = Vec::new();
        for organization in &config.organizations {
            let id = store.organization_id(&organization.name).await.unwrap().unwrap();
            let key = key::generate().unwrap();
            store.add_key(id, "test", &key::hash(key.expose()), system_time()).await.unwrap();
            keys.push(key);
        }
        let (runner, shutdown) = (RunnerHandle::default(), Shutdown::default());
        let state =
            AppState::new(store.clone(), Arc::clone(&clock), runner.clone(), config.key_header.clone());
        let router = router(state, &options);
        Self { folder, store, config, keys, router, clock, runner, shutdown }
    }

    /// Starts the runner.
    pub fn start_runner(&self, resolver: Arc<dyn WorkResolver>) {
        let (store, clock) = (self.store.clone(), Arc::clone(&self.clock));
        let runner = Runner::new(store, clock, self.runner.clone(), resolver, 8, self.shutdown.clone());
        tokio::spawn(runner.work());
    }

    pub fn job(&self, name: &str) -> JobId {
        JobId(self.config.jobs().find(|(_, job)| job.name == name).expect("a job of this name").1.id)
    }

    pub async fn response(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.response(request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        TestResponse { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends a request of Contoso.
    pub async fn call(&self, request: operation::Request) -> TestResponse {
        self.call_as(&self.keys[0], request).await
    }

    pub async fn call_as(&self, key: &ApiKey, request: operation::Request) -> TestResponse {
        let built = Request::builder()
            .method(request.method().as_str())
            .uri(request.path_and_query())
            .header(paths::API_KEY_HEADER, key.expose());
        self.send(built.body(Body::empty()).unwrap()).await
    }

    /// Sends a request of Contoso to a path that the SDK does not build.
    pub async fn raw(&self, method: &str, path: &str) -> TestResponse {
        let built =
            Request::builder().method(method).uri(path).header(paths::API_KEY_HEADER, self.keys[0].expose());
        self.send(built.body(Body::empty()).unwrap()).await
    }

    pub async fn execute(&self, job: JobId) -> TriggerId {
        let body = self.call(paths::execute_job(job)).await.expect_ok();
        body["TriggerId"].as_str().unwrap().parse().unwrap()
    }

    pub async fn find_run(&self, job: JobId, trigger: TriggerId) -> Option<Value> {
        self.find_run_as(&self.keys[0], job, trigger).await
    }

    async fn find_run_as(&self, key: &ApiKey, job: JobId, trigger: TriggerId) -> Option<Value> {
        let body = self.call_as(key, paths::get_job_logs_by_trigger(job, trigger, None)).await.expect_ok();
        body.as_array().unwrap().first().cloned()
    }

    /// Waits until the condition is true of the run.
    pub async fn wait_until(
        &self,
        job: JobId,
        trigger: TriggerId,
        condition: impl Fn(&Value) -> bool,
    ) -> Value {
        self.wait_until_as(&self.keys[0], job, trigger, condition).await
    }

    pub async fn wait_until_as(
        &self,
        key: &ApiKey,
        job: JobId,
        trigger: TriggerId,
        condition: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut last = None;
        for _ in 0..1500 {
            last = self.find_run_as(key, job, trigger).await;
            if let Some(run) = last.as_ref().filter(|run| condition(run)) {
                return run.clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the condition never became true: {last:?}");
    }

    pub async fn wait_for_end(&self, job: JobId, trigger: TriggerId) -> Value {
        self.wait_until(job, trigger, |run| run["State"].as_i64().unwrap() >= 2).await
    }

    pub async fn run(&self, name: &str) -> Value {
        let job = self.job(name);
        let trigger = self.execute(job).await;
        self.wait_for_end(job, trigger).await
    }
}

/// Returns the severities and messages of a run's lines.
pub fn lines(run: &Value) -> Vec<(i64, &str)> {
    let lines = run["JobExecutionLogs"].as_array().unwrap();
    lines.iter().map(|l| (l["Severity"].as_i64().unwrap(), l["Message"].as_str().unwrap())).collect()
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.graceful.cancel();
    }
}
