//! Requests to a running server, without the SDK's client.

use serde_json::Value;
use txjobs_sdk::operation::Request;
use txjobs_sdk::paths;
use txjobs_sdk::types::{JobId, TriggerId};

use crate::log_lines::has_ended;
use crate::test_response::TestResponse;
use crate::test_server::TestServer;
use crate::wait::wait_until;

/// A run that a server accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartedRun {
    /// The job.
    pub job: JobId,
    /// The trigger id of the run.
    pub trigger: TriggerId,
}

impl TestServer {
    /// Sends a request with the key of the first organization.
    pub async fn call(&self, request: Request) -> TestResponse {
        self.call_as(self.key(), request).await
    }

    /// Sends a request with a key.
    pub async fn call_as(&self, key: &str, request: Request) -> TestResponse {
        let url = format!("{}{}", self.address(), request.path_and_query());
        let method = request.method().as_str().parse().unwrap();
        receive(self.http().request(method, url).header(paths::API_KEY_HEADER, key)).await
    }

    /// Sends a GET without a key.
    pub async fn get(&self, path: &str) -> TestResponse {
        receive(self.http().get(format!("{}{path}", self.address()))).await
    }

    /// Returns the status and the message of `/health`.
    pub async fn health(&self) -> (u16, String) {
        let response = self.get("/health").await;
        (response.status, response.json()["status"].as_str().unwrap().to_owned())
    }

    /// Returns the id of the job with this name.
    pub async fn job(&self, name: &str) -> JobId {
        let jobs = self.call(paths::list_jobs()).await.json();
        let job = jobs.as_array().unwrap().iter().find(|job| job["Name"] == name);
        job.expect("a job with this name")["Id"].as_str().unwrap().parse().unwrap()
    }

    /// Executes the job with this name.
    pub async fn execute(&self, name: &str) -> StartedRun {
        let job = self.job(name).await;
        let body = self.call(paths::execute_job(job)).await.json();
        let trigger = body["TriggerId"].as_str().unwrap_or_else(|| panic!("{body}"));
        StartedRun { job, trigger: trigger.parse().unwrap() }
    }

    /// Waits until the condition is true of the run's execution, and returns the execution.
    pub async fn wait_until(&self, run: StartedRun, condition: impl Fn(&Value) -> bool) -> Value {
        wait_until("the state or the lines of the run", async || {
            let request = paths::get_job_logs_by_trigger(run.job, run.trigger, None);
            let executions = self.call(request).await.json();
            executions.as_array()?.first().filter(|execution| condition(execution)).cloned()
        })
        .await
    }

    /// Waits until the run has ended, and returns its execution.
    pub async fn wait_for_end(&self, run: StartedRun) -> Value {
        self.wait_until(run, has_ended).await
    }

    /// Executes the job with this name, waits until the run has ended, and returns its execution.
    pub async fn run(&self, name: &str) -> Value {
        let run = self.execute(name).await;
        self.wait_for_end(run).await
    }
}

/// Sends a request, and returns the response with its complete body.
///
/// # Panics
///
/// Panics if there is no complete response.
pub async fn receive(request: reqwest::RequestBuilder) -> TestResponse {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    TestResponse { status, headers, text: response.text().await.unwrap() }
}
