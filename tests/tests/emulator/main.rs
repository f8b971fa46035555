//! The gateway as an emulator, over HTTP as an outsider uses it: each rule and each setting, seen on the wire.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod behavior;
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
mod wire;

use serde_json::Value;
use txjobs_tests::gateway::Gateway;
use wire::{Answer, ask};

/// A job that ends by itself, one that waits for its clock, and somebody else's.
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
const NOWHERE: &str = "99999999-9999-4999-8999-999999999999";

/// Asks with the organization's key.
fn get(gateway: &Gateway, path: &str) -> Answer {
    ask(gateway.address(), &format!("GET {path} HTTP/1.1\r\napiKey: {}\r\n", gateway.key()))
}

fn post(gateway: &Gateway, path: &str) -> Answer {
    ask(
        gateway.address(),
        &format!("POST {path} HTTP/1.1\r\napiKey: {}\r\ncontent-length: 0\r\n", gateway.key()),
    )
}

/// Starts a run, and gives its trigger id.
fn execute(gateway: &Gateway, job: &str) -> String {
    let answer = post(gateway, &format!("/public/jobs/{job}/execute"));
    assert!((200..300).contains(&answer.status), "{answer:?}");
    let body = answer.json();
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

/// The run's execution, once it is as wanted. What is waited for is the gateway's own work, of which nothing tells.
fn until(gateway: &Gateway, job: &str, trigger_id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/public/jobs/{job}/logs/{trigger_id}");
    for _ in 0..3000 {
        let run = get(gateway, &path).json()[0].clone();
        if wanted(&run) {
            return run;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the run of {trigger_id} never came so far: {:?}", get(gateway, &path));
}

fn ended(run: &Value) -> bool {
    run["State"].as_i64().is_some_and(|state| state >= 2)
}

fn line_count(run: &Value) -> usize {
    run["JobExecutionLogs"].as_array().map_or(0, Vec::len)
}
