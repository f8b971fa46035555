//! Tests of `txjobs watch` and `txjobs status --watch`.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Stdio},
};

use txjobs_test_support::{
    FakeResponse, FakeServer, TestServer,
    cli::{run_txjobs, txjobs_command},
    json_response, send_signal,
};

use super::JOBS;

/// A run of the second job is seen in the list of statuses.
const WATCHED_JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Broken"
command = ["sh", "-c", "exit 3"]

[[organization.job]]
name = "Errors"
[organization.job.script]
state = "completed with errors"
lines = [{ severity = "error", message = "\u001B[2Jtwo" }, { after = "6s", message = "end" }]

[[organization.job]]
name = "Sales deliver"
[organization.job.script]
state = "completed"
lines = [{ message = "Delivered" }]
"#;

/// Reads standard error until a line contains the text.
fn read_until(child: &mut Child, text: &str) {
    let mut lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(text)), "the command never says {text:?}");
}

#[test]
fn failure_runs_the_command_and_calls_the_webhook() {
    let server = TestServer::emulator(WATCHED_JOBS);
    assert_eq!(run_txjobs(&server, &["run", "Broken"]).code, 1, "an old failure, which is not reported");
    let webhook = FakeServer::start(|_, _| FakeResponse::Send(json_response(200, "{}")));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report");
    let script = format!(
        "cat > {0}.json; echo \"$TXJOBS_JOB_NAME|$TXJOBS_STATE|$TXJOBS_FIRST_ERROR|${{TXJOBS_API_KEY-none}}\" > {0}",
        file.display()
    );
    let mut watch = txjobs_command(
        &server,
        &["watch", "Broken", "Errors", "--once", "--webhook", webhook.address(), "--", "sh", "-c", &script],
    );
    let mut watch = watch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    read_until(&mut watch, "Watching 2 jobs");
    assert_eq!(run_txjobs(&server, &["run", "Sales deliver"]).code, 0, "another job");
    assert_eq!(run_txjobs(&server, &["run", "Errors"]).code, 3);
    let mut stdout = String::new();
    watch.stdout.as_mut().unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!(watch.wait().unwrap().code(), Some(3));
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    let report = fs::read_to_string(&file).unwrap();
    assert!(report.starts_with("Errors|completed with errors|␛[2J"), "{report}");
    assert!(report.ends_with("|none\n"), "the command has no key: {report}");
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!((&json["JobName"], &json["ExitCode"]), (&"Errors".into(), &3.into()));
    assert_eq!(webhook.requests().len(), 1);
    assert_eq!(webhook.requests()[0].method, "POST");
}

#[test]
fn changes_of_the_status_are_printed_until_a_signal() {
    let server = TestServer::emulator(JOBS);
    let mut watch = txjobs_command(&server, &["status", "Endless", "--watch", "--ndjson"]);
    let mut watch = watch.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    let first = next();
    assert_eq!((&first["Status"], &first["Before"]), (&0.into(), &serde_json::Value::Null));
    assert_eq!(run_txjobs(&server, &["run", "Endless", "--no-wait"]).code, 0);
    let changed = next();
    assert_eq!((&changed["JobName"], &changed["Before"]), (&"Endless".into(), &0.into()));
    send_signal("INT", watch.id());
    assert_eq!(watch.wait().unwrap().code(), Some(130));
}
