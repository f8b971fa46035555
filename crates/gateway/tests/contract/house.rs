//! A gateway in a temporary folder, with or without a runner.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use txjobs_gateway::clock::Clock;
use txjobs_gateway::config::{self, Config};
use txjobs_gateway::contract::{Gateway, Lists};
use txjobs_gateway::key;
use txjobs_gateway::runner::{Control, Runner, Stop};
use txjobs_gateway::server::{Front, router};
use txjobs_sdk::types::{JobId, TriggerId};
use txjobs_sdk::{ApiKey, operation, paths};
use txjobs_store::Store;

pub const CONFIG: &str = r#"
[[organization]]
name = "Contoso"

[[organization.job]]
name = "Quick"
id = "11111111-1111-4111-8111-111111111111"
script = { state = "completed", lines = [{ message = "Line {n}", repeat = 5 }] }

[[organization.job]]
name = "Slow"
id = "22222222-2222-4222-8222-222222222222"
script = { state = "completed", lines = [{ message = "Started" }, { after = "1h", message = "Never" }] }

[[organization]]
name = "Fabrikam"

[[organization.job]]
name = "Theirs"
id = "33333333-3333-4333-8333-333333333333"
script = { state = "completed", lines = [] }
"#;

pub struct House {
    pub folder: TempDir,
    pub store: Store,
    pub config: Config,
    /// The first is Contoso's, the second Fabrikam's.
    pub keys: Vec<ApiKey>,
    router: Router,
    stop: Stop,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The status, and that the body is the envelope with a sentence.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{body}");
        let message = body["Message"].as_str().unwrap_or_default().to_owned();
        assert!(message.ends_with('.'), "{message}");
        message
    }

    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header(paths::EXTENSIONS_HEADER), "cancel, after, limit, logs");
        let kept = if self.header("etag").is_empty() { "no-store" } else { "private, no-cache" };
        assert_eq!(self.header("cache-control"), kept);
        self.json()
    }
}

impl House {
    /// Nothing claims what is requested: runs stay pending.
    pub async fn idle() -> Self {
        Self::with(
            CONFIG,
            Front { name: "Gateway".into(), console: None, demo_key: None, admin: None },
            false,
        )
        .await
    }

    pub async fn working() -> Self {
        Self::working_on(CONFIG).await
    }

    pub async fn working_on(config: &str) -> Self {
        Self::with(config, Front { name: "Gateway".into(), console: None, demo_key: None, admin: None }, true)
            .await
    }

    pub async fn with(text: &str, front: Front, work: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let config = config::parse(text, Path::new("")).unwrap();
        let store = Store::open(&folder.path().join("gateway.db")).await.unwrap();
        store.declare(&config.declared()).await.unwrap();
        let clock = Clock::system();
        let mut keys = Vec::new();
        for organization in &config.organizations {
            let id = store.organization_id(&organization.name).await.unwrap().unwrap();
            let key = key::mint().unwrap();
            store.add_key(id, "test", &key::hash(key.expose()), clock.now()).await.unwrap();
            keys.push(key);
        }
        let (control, stop) = (Control::default(), Stop::default());
        let gateway = Gateway {
            store: store.clone(),
            clock: clock.clone(),
            runner: control.clone(),
            key_header: config.key_header.clone(),
            emulator: None,
            lists: Lists::default(),
        };
        if work {
            let works = config.jobs().map(|(_, job)| (job.id, job.work.clone())).collect();
            tokio::spawn(Runner::new(store.clone(), clock, control, works, 8, stop.clone()).work());
        }
        Self { folder, store, config, keys, router: router(gateway, front), stop }
    }

    pub fn job(&self, name: &str) -> JobId {
        JobId(self.config.jobs().find(|(_, job)| job.name == name).expect("a job of this name").1.id)
    }

    pub async fn response(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.response(request).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Contoso asks.
    pub async fn ask(&self, request: operation::Request) -> Answer {
        self.ask_as(&self.keys[0], request).await
    }

    pub async fn ask_as(&self, key: &ApiKey, request: operation::Request) -> Answer {
        let built = Request::builder()
            .method(request.method().as_str())
            .uri(request.path_and_query())
            .header(paths::API_KEY_HEADER, key.expose());
        self.send(built.body(Body::empty()).unwrap()).await
    }

    /// Contoso asks for a path that the SDK would not make.
    pub async fn raw(&self, method: &str, path: &str) -> Answer {
        let built =
            Request::builder().method(method).uri(path).header(paths::API_KEY_HEADER, self.keys[0].expose());
        self.send(built.body(Body::empty()).unwrap()).await
    }

    pub async fn execute(&self, job: JobId) -> TriggerId {
        let body = self.ask(paths::execute_job(job)).await.ok();
        body["TriggerId"].as_str().unwrap().parse().unwrap()
    }

    pub async fn run_of(&self, job: JobId, trigger: TriggerId) -> Option<Value> {
        self.run_of_as(&self.keys[0], job, trigger).await
    }

    async fn run_of_as(&self, key: &ApiKey, job: JobId, trigger: TriggerId) -> Option<Value> {
        let body = self.ask_as(key, paths::get_job_logs_by_trigger(job, trigger, None)).await.ok();
        body.as_array().unwrap().first().cloned()
    }

    /// Asks until the run is as wanted.
    pub async fn until(&self, job: JobId, trigger: TriggerId, wanted: impl Fn(&Value) -> bool) -> Value {
        self.until_as(&self.keys[0], job, trigger, wanted).await
    }

    pub async fn until_as(
        &self,
        key: &ApiKey,
        job: JobId,
        trigger: TriggerId,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut last = None;
        for _ in 0..1500 {
            last = self.run_of_as(key, job, trigger).await;
            if let Some(run) = last.as_ref().filter(|run| wanted(run)) {
                return run.clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the run never came so far: {last:?}");
    }

    pub async fn outcome(&self, job: JobId, trigger: TriggerId) -> Value {
        self.until(job, trigger, |run| run["State"].as_i64().unwrap() >= 2).await
    }

    pub async fn run(&self, name: &str) -> Value {
        let job = self.job(name);
        let trigger = self.execute(job).await;
        self.outcome(job, trigger).await
    }
}

/// The messages of a run's lines, with their severities.
pub fn lines(run: &Value) -> Vec<(i64, &str)> {
    let lines = run["JobExecutionLogs"].as_array().unwrap();
    lines.iter().map(|l| (l["Severity"].as_i64().unwrap(), l["Message"].as_str().unwrap())).collect()
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.soon.cancel();
    }
}
