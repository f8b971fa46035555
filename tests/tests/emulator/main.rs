//! The emulator over HTTP: each fault, each setting of the behavior, the clock, the journal, and generated organizations.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod behavior;
mod bodies;
mod clock;
mod error_bodies;
mod faults;
mod guard;
mod journal;
mod lost_runs;
mod odd_values;
mod replicas;
mod runs;
mod runs_faults;
mod runs_lost;
mod seed;
mod strict;
mod tested_emulator;

use serde_json::Value;
use txjobs_test_support::{
    TestServer, has_ended,
    raw_http::{RawResponse, send_raw},
    wait_until_blocking,
};

/// A job that ends soon, a job that takes an hour of the clock, and a job of another organization.
const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Load"
id = "11111111-1111-4111-8111-111111111111"
[organization.job.script]
state = "completed with warnings"
lines = [
  { message = "Reading" },
  { after = "20ms", severity = "warning", message = "A row without currency" },
  { after = "20ms", message = "Written {n}", repeat = 3 },
]

[[organization.job]]
name = "Slow"
id = "22222222-2222-4222-8222-222222222222"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "An hour later" }]

[[organization]]
name = "Others"
[[organization.job]]
name = "Not yours"
id = "33333333-3333-4333-8333-333333333333"
[organization.job.script]
state = "completed"
lines = []
"#;

const LOAD: &str = "11111111-1111-4111-8111-111111111111";
const SLOW: &str = "22222222-2222-4222-8222-222222222222";
const UNKNOWN_ID: &str = "99999999-9999-4999-8999-999999999999";

/// Sends a GET with the key of the first organization.
fn get(server: &TestServer, path: &str) -> RawResponse {
    send_raw(server.address(), &format!("GET {path} HTTP/1.1\r\napiKey: {}\r\n", server.key()))
}

/// Sends a POST with the key of the first organization.
fn post(server: &TestServer, path: &str) -> RawResponse {
    send_raw(
        server.address(),
        &format!("POST {path} HTTP/1.1\r\napiKey: {}\r\ncontent-length: 0\r\n", server.key()),
    )
}

/// Executes a job, and returns the trigger id.
fn execute(server: &TestServer, job: &str) -> String {
    let response = post(server, &format!("/public/jobs/{job}/execute"));
    assert!((200..300).contains(&response.status), "{response:?}");
    let body = response.json();
    body.as_object()
        .unwrap()
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("TriggerId"))
        .unwrap()
        .1
        .as_str()
        .unwrap()
        .to_owned()
}

/// Waits until the condition is true of the run's execution, and returns the execution.
fn wait_for_run(
    server: &TestServer,
    job: &str,
    trigger_id: &str,
    condition: impl Fn(&Value) -> bool,
) -> Value {
    let path = format!("/public/jobs/{job}/logs/{trigger_id}");
    wait_until_blocking("the state or the lines of the run", || {
        let run = get(server, &path).json()[0].clone();
        condition(&run).then_some(run)
    })
}

fn line_count(run: &Value) -> usize {
    run["JobExecutionLogs"].as_array().map_or(0, Vec::len)
}
