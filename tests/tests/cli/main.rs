//! Tests of `txjobs` in a pipeline, with a real server.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod arguments;
mod assistant;
mod ci_systems;
mod doctor;
mod environments;
mod exit_codes;
mod json;
mod links;
mod mcp;
mod mcp_robustness;
#[cfg(unix)]
mod one_job_server;
mod output;
mod profiles;
mod schedules;
mod signals;
mod snapshots;
#[cfg(unix)]
mod terminal;
mod watch;
mod wishes;

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use txjobs_test_support::{
    CommandOutput, TestServer,
    cli::{run_txjobs, txjobs_command},
    send_signal,
};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Sales prepare"
command = ["sh", "-c", "echo Reading; echo 12 rows without currency >&2; echo Done"]

[[organization.job]]
name = "Sales deliver"
[organization.job.script]
state = "completed"
lines = [{ message = "Delivered" }]

[[organization.job]]
name = "Broken"
command = ["sh", "-c", "echo before; exit 3"]

[[organization.job]]
name = "Errors"
[organization.job.script]
state = "completed with errors"
lines = [{ severity = "error", message = "\u001B[2J\u202Etwo\nlines" }]

[[organization.job]]
name = "Endless"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "Never" }]
"#;

#[test]
fn jobs_are_listed_as_a_table_and_as_json() {
    let server = TestServer::emulator(JOBS);
    let list = run_txjobs(&server, &["jobs"]);
    assert_eq!(list.code, 0, "{list:?}");
    let names: Vec<_> = list.stdout.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["NAME", "Broken", "Endless", "Errors", "Sales deliver", "Sales prepare"]);
    assert!(!list.stdout.contains('\u{1b}'), "no color without a terminal");

    let list = run_txjobs(&server, &["jobs", "SALES", "--json"]);
    let jobs: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(jobs.as_array().unwrap().len(), 2);
    assert_eq!((&jobs[0]["Name"], &jobs[0]["Status"]), (&"Sales deliver".into(), &0.into()));
}

#[test]
fn run_prints_the_log_and_exits_with_the_outcome() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Sales p"]);
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{run:?}");
    assert!(lines.iter().any(|line| line.contains("information") && line.ends_with(" Reading")), "{run:?}");
    assert!(lines.iter().any(|line| line.contains("warning") && line.contains("12 rows")), "{run:?}");
    assert!(
        run.stderr.contains("completed with warnings") && run.stderr.contains("1 warning, 0 errors"),
        "{run:?}"
    );

    let strict = run_txjobs(&server, &["run", "Sales p", "--fail-on", "warnings"]);
    assert_eq!(strict.code, 5, "{strict:?}");
    assert_eq!(run_txjobs(&server, &["run", "Sales deliver"]).code, 0);
    let broken = run_txjobs(&server, &["run", "Broken"]);
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(broken.stdout.contains("code 3"), "the log has the reason: {broken:?}");
}

#[test]
fn control_characters_in_a_log_are_escaped() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Errors"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stdout.contains("␛[2J\\u{202e}two\n"), "{run:?}");
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{202e}'));
    let log = run_txjobs(&server, &["logs", "Errors", "--severity", "error"]);
    assert_eq!((log.code, log.stdout), (0, run.stdout), "both logs are equal");
}

#[test]
fn json_output_is_one_document_or_one_object_per_event() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Sales deliver", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["State"], &report["ExitCode"]), (&2.into(), &0.into()));
    let line = &report["JobExecutionLogs"][0];
    assert_eq!((&line["Message"], &line["Severity"]), (&"Delivered".into(), &0.into()));

    let log = run_txjobs(&server, &["logs", "Sales deliver", "--json"]);
    let execution: serde_json::Value = serde_json::from_str(&log.stdout).unwrap();
    assert_eq!(execution["Id"], report["Id"]);
    assert_eq!(&execution["JobExecutionLogs"][0], line);

    let run = run_txjobs(&server, &["run", "Sales deliver", "--ndjson"]);
    let events: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<_> = events.iter().map(|event| event["Type"].as_str().unwrap()).collect();
    assert_eq!((types[0], *types.last().unwrap()), ("started", "ended"), "{run:?}");
    let lines: Vec<_> = events.iter().filter(|event| event["Type"] == "line").collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["Message"], "Delivered");
    assert_eq!(events.last().unwrap()["ExitCode"], 0);
}

#[test]
fn run_started_without_waiting_is_followed_later() {
    let server = TestServer::emulator(JOBS);
    let started = run_txjobs(&server, &["run", "Sales deliver", "--no-wait"]);
    assert_eq!(started.code, 0, "{started:?}");
    let trigger_id = started.stdout.trim();
    let followed = run_txjobs(&server, &["follow", "Sales deliver", trigger_id]);
    assert_eq!(followed.code, 0, "{followed:?}");
    assert!(followed.stdout.ends_with("Delivered\n"), "{followed:?}");
    let log = run_txjobs(&server, &["logs", "Sales deliver", "--trigger-id", trigger_id]);
    assert_eq!(log.stdout, followed.stdout);
}

#[test]
fn timed_out_or_interrupted_wait_does_not_end_the_job() {
    let server = TestServer::emulator(JOBS);
    let waited = run_txjobs(&server, &["run", "Endless", "--timeout", "1s"]);
    assert_eq!(waited.code, 6, "{waited:?}");
    assert!(waited.stderr.contains("To follow the run again: txjobs follow"), "{waited:?}");
    assert_eq!(run_txjobs(&server, &["status", "Endless"]).stdout, "running\n");

    let again = run_txjobs(&server, &["run", "Endless"]);
    assert_eq!(again.code, 7, "a running job cannot be started: {again:?}");
    assert!(again.stderr.contains("Endless is running, trigger id "), "{again:?}");
    assert!(again.stderr.contains("To follow that run: txjobs follow"), "{again:?}");

    let trigger_id = waited.stderr.trim().rsplit(' ').next().unwrap().to_owned();
    let mut follow = txjobs_command(&server, &["follow", "Endless", &trigger_id]);
    let mut follow = follow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(follow.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("Started"), "{first}");
    send_signal("INT", follow.id());
    let end = follow.wait_with_output().unwrap();
    assert_eq!(end.status.code(), Some(130), "{end:?}");
    assert!(String::from_utf8_lossy(&end.stderr).contains("the job continues"), "{end:?}");

    let canceled = run_txjobs(&server, &["cancel", "Endless"]);
    assert_eq!((canceled.code, canceled.stdout.trim()), (0, trigger_id.as_str()));
    let end = run_txjobs(&server, &["follow", "Endless", &trigger_id]);
    assert_eq!(end.code, 1, "{end:?}");
    assert!(end.stdout.to_lowercase().contains("cancel"), "{end:?}");
}

#[test]
fn key_is_read_from_the_environment_or_standard_input() {
    let server = TestServer::emulator(JOBS);
    let none = CommandOutput::of(txjobs_command(&server, &["jobs"]).env_remove("TXJOBS_API_KEY"));
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.stderr.contains("TXJOBS_API_KEY"), "{none:?}");

    let wrong = CommandOutput::of(txjobs_command(&server, &["jobs"]).env("TXJOBS_API_KEY", "wr0ng-key"));
    assert_eq!(wrong.code, 4, "{wrong:?}");
    assert!(!wrong.stderr.contains("wr0ng"), "the message does not contain the key: {wrong:?}");

    let mut piped = txjobs_command(&server, &["jobs", "--key-stdin"]);
    let mut piped =
        piped.env_remove("TXJOBS_API_KEY").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(piped.stdin.take().unwrap(), "{}", server.key()).unwrap();
    assert!(piped.wait_with_output().unwrap().status.success());
}

#[test]
fn error_contains_the_next_step() {
    let server = TestServer::emulator(JOBS);
    let several = run_txjobs(&server, &["run", "sales"]);
    assert_eq!(several.code, 2, "{several:?}");
    assert!(
        several.stderr.contains("Sales prepare") && several.stderr.contains("Sales deliver"),
        "{several:?}"
    );
    let none = run_txjobs(&server, &["status", "Nothing"]);
    assert_eq!(none.code, 2, "{none:?}");
    let unreachable =
        CommandOutput::of(txjobs_command(&server, &["jobs"]).env("TXJOBS_DOMAIN", "127.0.0.1:1"));
    assert_eq!(unreachable.code, 7, "{unreachable:?}");
    assert!(unreachable.stderr.contains("Check the domain"), "{unreachable:?}");
    let not_jobs_api = CommandOutput::of(
        txjobs_command(&server, &["jobs"]).env("TXJOBS_DOMAIN", format!("{}/elsewhere", server.address())),
    );
    assert_eq!(not_jobs_api.code, 7, "{not_jobs_api:?}");
    assert!(not_jobs_api.stderr.contains("not from the Jobs API"), "{not_jobs_api:?}");
}
