//! A fake server of the Jobs API with one job, so that a test can interrupt a client while it waits for a response.

use serde_json::{Value, json};
use txjobs_test_support::{FakeRequest, FakeResponse, FakeServer, json_response};

/// The id of the job.
pub const JOB_ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
/// The trigger id of every run.
pub const TRIGGER_ID: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";

/// Starts a server with the idle job "Sales", whose newest execution has this many log lines. Runs of the job stay pending.
/// The server never responds to requests whose path ends with `held`.
pub fn start_one_job_server(held: &'static str, line_count: usize) -> FakeServer {
    FakeServer::start(move |_, request| respond(request, held, line_count))
}

fn respond(request: &FakeRequest, held: &str, line_count: usize) -> FakeResponse {
    let path = request.path();
    if path.ends_with(held) {
        return FakeResponse::Hold;
    }
    let mut response = json_response(200, &body(path, line_count).to_string());
    let extensions = "cancel, after, limit, logs, executions".parse().unwrap();
    response.headers_mut().insert("x-txjobs-extensions", extensions);
    response.into()
}

fn body(path: &str, line_count: usize) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "jobs" => json!([{ "Id": JOB_ID, "Name": "Sales" }]),
        "status" if path == "/public/jobs/status" => json!([{ "JobId": JOB_ID, "Status": 0 }]),
        "status" => json!({ "JobId": JOB_ID, "Status": 0 }),
        "execute" | "cancel" => json!({ "JobId": JOB_ID, "TriggerId": TRIGGER_ID }),
        "logs" => {
            json!([{ "Id": JOB_ID, "JobId": JOB_ID, "State": 2, "JobExecutionLogs": lines(line_count) }])
        }
        // The executions of a trigger id.
        _ => json!([]),
    }
}

fn lines(count: usize) -> Value {
    let line = |n: usize| {
        let id = format!("00000000-0000-0000-0000-{n:012}");
        json!({ "Id": id, "Severity": 0, "Message": format!("Row {n} of a log that is longer than a pipe") })
    };
    (1..=count).map(line).collect()
}
