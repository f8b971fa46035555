//! A relay in front of a service.

use std::fs;

use axum::http::Response;
use serde_json::json;
use txjobs_sdk::paths;
use txjobs_sdk::types::JobId;
use txjobs_test_support::{AdminApi, FakeServer, ServerFolder, TestResponse, TestServer, wait_until};

/// A job that fails at once, and one that runs for an hour of the clock.
pub const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Load"
id = "11111111-1111-4111-8111-111111111111"
[organization.job.script]
state = "failed"
lines = [{ message = "Reading" }, { severity = "error", message = "No such table" }]

[[organization.job]]
name = "Slow"
id = "22222222-2222-4222-8222-222222222222"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "An hour later" }]
"#;

pub const LOAD: &str = "11111111-1111-4111-8111-111111111111";
pub const SLOW: &str = "22222222-2222-4222-8222-222222222222";

/// The key of a service that is not an emulator.
pub const SERVICE_KEY: &str = "key-of-the-service-0123456789";

/// An emulator as the service, and a relay to it.
pub struct Relayed {
    pub service: TestServer,
    pub admin: AdminApi,
    pub folder: ServerFolder,
    pub relay: TestServer,
}

impl Relayed {
    /// Starts both. `settings` are lines of the table `[relay]`.
    pub fn start(settings: &str) -> Self {
        Self::start_with(settings, &[])
    }

    /// Starts both, with options of the relay.
    pub fn start_with(settings: &str, options: &[&str]) -> Self {
        let service = TestServer::emulator(JOBS);
        let folder = folder(service.address(), settings, service.key());
        let relay = folder.serve(options);
        Self { admin: service.admin(), service, folder, relay }
    }

    /// Sends a GET to the relay, and returns the response.
    pub async fn get(&self, path: &str) -> TestResponse {
        get(&self.relay, path).await
    }

    /// Executes a job by the relay.
    pub async fn execute(&self, job: &str) -> TestResponse {
        self.relay.call(paths::execute_job(id(job))).await
    }

    /// Executes a job by the relay, and waits until the service has ended it.
    pub async fn run_to_end(&self, name: &str) {
        let run = self.relay.execute(name).await;
        self.service.wait_for_end(run).await;
    }

    /// Returns the archived executions of a job.
    pub async fn archived(&self, job: &str) -> Vec<serde_json::Value> {
        let response = self.get(&format!("/archive/public/jobs/{job}/logs")).await;
        if response.status == 404 {
            return Vec::new();
        }
        response.json().as_array().unwrap().clone()
    }

    /// Waits until a job has this number of archived executions.
    pub async fn wait_for_archived(&self, job: &str, count: usize) -> Vec<serde_json::Value> {
        wait_until("the archive", async || {
            let archived = self.archived(job).await;
            (archived.len() >= count).then_some(archived)
        })
        .await
    }
}

/// Starts a relay to a service that a test controls.
pub fn relay_to(service: &FakeServer, settings: &str) -> TestServer {
    folder(service.address(), settings, SERVICE_KEY).serve(&[])
}

/// Returns the folder of a relay with the key of the service in a file.
pub fn folder(service: &str, settings: &str, key: &str) -> ServerFolder {
    let held = if settings.contains("callers_key") { "" } else { "key_file = \"service-key\"" };
    let allowed = if settings.contains("allow_addresses") { "" } else { "allow_addresses = [\"127.0.0.1\"]" };
    let config = format!("[relay]\nupstream = {service:?}\n{held}\n{allowed}\n{settings}\n");
    let folder = ServerFolder::gateway(&config);
    fs::write(folder.file("service-key"), format!("{key}\n")).unwrap();
    folder
}

/// Sends a GET with the key of the gateway.
pub async fn get(relay: &TestServer, path: &str) -> TestResponse {
    let request = relay.http().get(format!("{}{path}", relay.address()));
    txjobs_test_support::receive(request.header(paths::API_KEY_HEADER, relay.key())).await
}

pub fn id(job: &str) -> JobId {
    job.parse().unwrap()
}

/// Returns a response of a service.
pub fn json(status: u16, body: &serde_json::Value) -> Response<axum::body::Body> {
    txjobs_test_support::json_response(status, &body.to_string())
}

/// Returns the list of the one job of a service.
pub fn jobs() -> Response<axum::body::Body> {
    json(200, &json!([{ "Id": LOAD, "Name": "Load" }]))
}
