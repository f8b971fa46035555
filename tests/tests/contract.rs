//! The operations of a real gateway, and a real process that is followed with the SDK.

use reqwest::{Method, StatusCode};
use txjobs_sdk::{
    ExecutionState, Extensions,
    operation::{self, Operation},
    paths,
    types::LogsSelection,
};
use txjobs_test_support::{TestServer, wait_until};

const JOBS: &str = r#"
[[organization]]
name = "Test"
[[organization.job]]
name = "Slow start"
command = ["sh", "-c", "for n in 1 2 3 4 5 6 7 8 9; do echo line $n; sleep 0.2; done"]
[[organization]]
name = "Others"
[[organization.job]]
name = "Not yours"
command = ["true"]
"#;

const SOME_ID: &str = "00000000-0000-0000-0000-0000000000aa";

fn url(gateway: &TestServer, operation: &Operation) -> String {
    let path = operation.template.replace("{job_id}", SOME_ID).replace("{trigger_id}", SOME_ID);
    format!("{}{path}", gateway.address())
}

fn method(operation: &Operation) -> Method {
    match operation.method {
        operation::Method::Get => Method::GET,
        operation::Method::Post => Method::POST,
    }
}

#[tokio::test]
async fn every_operation_requires_a_key_and_sends_cors_headers() {
    let gateway = TestServer::gateway(JOBS);
    let http = reqwest::Client::new();
    for operation in paths::ALL {
        let request =
            http.request(method(operation), url(&gateway, operation)).header("origin", "https://a.example");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{}", operation.id);
        assert!(response.headers().contains_key("access-control-allow-origin"), "{}", operation.id);
        let body: serde_json::Value = response.json().await.unwrap();
        assert!(
            body["Message"].as_str().is_some_and(|message| !message.is_empty()),
            "{}: {body}",
            operation.id
        );

        let preflight = http
            .request(Method::OPTIONS, url(&gateway, operation))
            .header("origin", "https://a.example")
            .header("access-control-request-method", operation.method.as_str())
            .header("access-control-request-headers", paths::API_KEY_HEADER.to_lowercase());
        let response = preflight.send().await.unwrap();
        assert!(response.status().is_success(), "{}: a preflight carries no key", operation.id);
        let allowed = response.headers()["access-control-allow-headers"].to_str().unwrap().to_lowercase();
        assert!(allowed.contains(&paths::API_KEY_HEADER.to_lowercase()), "{}: {allowed}", operation.id);
    }
}

#[tokio::test]
async fn run_of_a_real_process_is_followed_with_the_sdk() {
    let gateway = TestServer::gateway(JOBS);
    let client = gateway.client();
    let jobs = client.list_jobs().send().await.unwrap();
    assert_eq!(Extensions::from(jobs.headers()), Extensions::ALL);
    let [job] = jobs.as_slice() else { panic!("another organization's jobs: {jobs:?}") };

    let started = client.execute_job().job_id(job.id).send().await.unwrap();
    let mut follow =
        txjobs_sdk::follow::RunFollower::new(job.id, started.trigger_id, std::time::Duration::ZERO);
    let start = std::time::Instant::now();
    let mut batches = Vec::new();
    let state = loop {
        match follow.step(start.elapsed()) {
            txjobs_sdk::follow::Step::Wait(until) => {
                tokio::time::sleep(until.saturating_sub(start.elapsed())).await;
            }
            txjobs_sdk::follow::Step::Ended(state) => break state,
            txjobs_sdk::follow::Step::Send(_) => {
                let mut request =
                    client.get_job_logs_by_trigger().job_id(job.id).trigger_id(started.trigger_id);
                if let Some(after) = follow.after() {
                    request = request.after(after);
                }
                let response = request.send().await.unwrap();
                let extensions = Extensions::from(response.headers());
                let lines = follow.handle_response(start.elapsed(), response.into_inner().0, extensions);
                if !lines.is_empty() {
                    batches.push(lines.into_iter().map(|line| line.message).collect::<Vec<_>>());
                }
            }
            // There is no deadline, and the run has an execution immediately.
            step => panic!("{step:?}"),
        }
    };
    assert_eq!(state, ExecutionState::Completed);
    let expected: Vec<_> = (1..=9).map(|n| format!("line {n}")).collect();
    assert_eq!(batches.concat(), expected);
    assert!(batches.len() > 1, "lines arrive as they are written");

    let history = client
        .get_job_logs()
        .job_id(job.id)
        .limit(1)
        .logs(LogsSelection::None)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].trigger_id, history[0].job_execution_logs.len()), (Some(started.trigger_id), 0));
}

#[tokio::test]
async fn killed_gateway_keeps_its_accepted_run() {
    let mut gateway = TestServer::gateway(JOBS);
    let client = gateway.client();
    let job = client.list_jobs().send().await.unwrap()[0].id;
    let started = client.execute_job().job_id(job).send().await.unwrap();
    wait_until("a line of the process", async || {
        let executions =
            client.get_job_logs_by_trigger().job_id(job).trigger_id(started.trigger_id).send().await.unwrap();
        executions.iter().any(|execution| !execution.job_execution_logs.is_empty()).then_some(())
    })
    .await;
    gateway.kill_and_restart();
    let client = gateway.client();
    let executions = client
        .get_job_logs_by_trigger()
        .job_id(job)
        .trigger_id(started.trigger_id)
        .send()
        .await
        .unwrap()
        .into_inner();
    let [execution] = executions.0.as_slice() else { panic!("{executions:?}") };
    assert_eq!(execution.state, ExecutionState::Failed);
    assert!(execution.end_time.is_some());
    let last = execution.job_execution_logs.last().unwrap();
    assert_eq!(last.severity, txjobs_sdk::Severity::Error);
    assert!(last.message.contains("gateway"), "{}", last.message);
    assert!(!client.get_job_status().job_id(job).send().await.unwrap().status.is_active());
    // The job can run again.
    client.execute_job().job_id(job).send().await.unwrap();
    assert!(!gateway.log().contains(gateway.key()), "the log does not contain the key");
}
