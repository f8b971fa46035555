//! Tests with jobs that start by themselves.

use serde_json::{Value, json};
use txjobs_test_support::{CommandOutput, FakeResponse, FakeServer, cli::txjobs_command_for, json_response};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const OTHER_JOB: &str = "9a0c4d7f-2e81-4f36-b5d2-6b1e8f3a0c94";
const NIL: &str = "00000000-0000-0000-0000-000000000000";
const TRIGGER: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
/// The newest run, which the schedule started.
const EXECUTION: &str = "e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e";

fn executions() -> [Value; 2] {
    let line = json!({ "Id": NIL, "Severity": 0, "Message": "Loaded", "TimeStamp": "2026-03-15T01:00:01Z" });
    [
        json!({ "Id": OTHER_JOB, "JobId": JOB, "TriggerId": TRIGGER, "StartedBy": 0, "State": 2,
            "CreateTime": "2026-03-14T01:00:00Z", "EndTime": "2026-03-14T01:00:09Z" }),
        json!({ "Id": EXECUTION, "JobId": JOB, "TriggerId": NIL, "StartedBy": 1, "State": 2,
            "CreateTime": "2026-03-15T01:00:00Z", "EndTime": "2026-03-15T01:00:09Z",
            "ExternalLink": "https://engine.example/runs/7", "JobExecutionLogs": [line] }),
    ]
}

/// Starts a server with a scheduled job, whose newest run has no trigger id.
fn start(extensions: &'static str) -> FakeServer {
    FakeServer::start(move |_, request| {
        let path = request.path();
        let body = match path.rsplit('/').next().unwrap_or_default() {
            "jobs" => json!([
                { "Id": JOB, "Name": "Nightly load", "Schedule": {
                    "Cron": "0 2 * * *", "TimeZone": "Europe/Copenhagen", "NextDueTime": "2026-03-16T01:00:00Z" } },
                { "Id": OTHER_JOB, "Name": "Deliver", "Schedule": { "After": ["Nightly load", "\u{1b}[2JSales"] } },
            ]),
            "status" if path == "/public/jobs/status" => json!([]),
            "status" => json!({ "JobId": JOB, "Status": 0 }),
            "logs" => executions().into_iter().collect(),
            id => {
                let mut all = executions().to_vec();
                all.retain(|run| run["TriggerId"] == id || run["TriggerId"] == NIL && run["Id"] == id);
                all.into()
            }
        };
        let mut response = json_response(200, &body.to_string());
        response.headers_mut().insert("x-txjobs-extensions", extensions.parse().unwrap());
        FakeResponse::from(response)
    })
}

fn run(server: &FakeServer, arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(&mut txjobs_command_for(server.address(), arguments))
}

#[test]
fn list_of_jobs_has_the_next_run() {
    let server = start("");
    let jobs = run(&server, &["jobs"]);
    assert!(jobs.stdout.contains("NEXT RUN") && jobs.stdout.contains("2026-03-16T01:00:00Z"), "{jobs:?}");
    assert!(jobs.stdout.contains("after Nightly load, "), "{jobs:?}");
    assert!(!jobs.stdout.contains("\u{1b}[2J"), "{jobs:?}");
    let json = run(&server, &["jobs", "--json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json[1]["Schedule"]["Cron"], "0 2 * * *");
}

/// Returns a server that lists jobs with these schedules.
fn server_with_schedules(schedules: &[Value]) -> FakeServer {
    let job = |(number, schedule): (usize, &Value)| {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        json!({ "Id": id, "Name": format!("Job {number}"), "Schedule": schedule })
    };
    let jobs = Value::from_iter(schedules.iter().enumerate().map(job)).to_string();
    FakeServer::start(move |_, request| {
        let body = if request.path().ends_with("/status") { "[]" } else { &jobs };
        FakeResponse::from(json_response(200, body))
    })
}

#[test]
fn schedules_of_other_servers_are_shown_as_far_as_they_can_be_read() {
    let year_one = json!({ "Cron": " ", "After": ["", " "], "NextDueTime": "0001-01-01T00:00:00" });
    let empty = server_with_schedules(&[json!({}), json!("0 2 * * *"), json!({ "Interval": 5 }), year_one]);
    let jobs = run(&empty, &["jobs"]);
    assert!(jobs.stdout.contains("Job 3") && !jobs.stdout.contains("NEXT RUN"), "{jobs:?}");
    let partial = server_with_schedules(&[
        json!({ "After": "Job 1", "NextDueTime": "2026-03-16T01:00:00Z" }),
        json!({ "After": [null, "Sales", " ", 5] }),
    ]);
    let jobs = run(&partial, &["jobs"]);
    assert!(jobs.stdout.contains("2026-03-16T01:00:00Z") && jobs.stdout.contains("after Sales "), "{jobs:?}");
}

#[test]
fn history_has_what_started_the_runs() {
    let history = run(&start("limit, logs"), &["history", "Nightly load"]);
    let rows: Vec<_> = history.stdout.lines().collect();
    assert!(rows[0].contains("STARTED BY"), "{history:?}");
    assert!(rows[1].contains("schedule") && rows[2].contains("api"), "{history:?}");
    assert!(rows[1].ends_with(&format!("execution {EXECUTION}")), "{history:?}");
}

#[test]
fn scheduled_run_is_followed_by_the_id_of_its_execution() {
    let server = start("after, limit, logs, executions");
    let latest = run(&server, &["follow", "Nightly load"]);
    assert!(latest.stderr.contains(&format!(", execution id {EXECUTION}")), "{latest:?}");
    for arguments in [&["follow", "Nightly load"][..], &["follow", "Nightly load", EXECUTION]] {
        let followed = run(&server, arguments);
        assert_eq!(followed.code, 0, "{followed:?}");
        assert!(followed.stdout.contains("Loaded"), "{followed:?}");
        assert!(followed.stderr.contains("\nhttps://engine.example/runs/7"), "{followed:?}");
    }
}

#[test]
fn scheduled_run_is_not_followed_without_the_extension() {
    let followed = run(&start("after, limit, logs"), &["follow", "Nightly load"]);
    assert_ne!(followed.code, 0);
    assert!(followed.stderr.contains("was not started through the API"), "{followed:?}");
    assert!(followed.stderr.contains(&format!("--execution {EXECUTION}")), "{followed:?}");
}
