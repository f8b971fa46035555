//! Tests of names, durations, keys, and environment variables.

use std::{io::Write, process::Stdio};

use txjobs_test_support::{
    CommandOutput, TestServer,
    cli::{ANY_KEY, run_txjobs, txjobs_command, txjobs_command_for},
    closed_address,
};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Load 10"
[organization.job.script]
state = "completed"
lines = [{ message = "left\tright\u0007" }]

[[organization.job]]
name = "load 2"
[organization.job.script]
state = "completed"
lines = []

[[organization.job]]
name = "İstanbul"
[organization.job.script]
state = "completed"
lines = []

[[organization.job]]
name = "Zebra"
[organization.job.script]
state = "completed"
lines = []

[[organization.job]]
name = "Ärger"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "Never" }]
"#;

#[test]
fn unencrypted_key_needs_a_permission_and_a_failing_proxy_is_named() {
    let refused = CommandOutput::of(&mut txjobs_command_for("http://api.example.test", &["jobs"]));
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("--insecure-http"), "{}", refused.stderr);
    let closed = closed_address();
    let mut command = txjobs_command_for("http://api.example.test", &["jobs", "--insecure-http"]);
    command
        .env("HTTP_PROXY", format!("http://me:pa55word@{closed}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let result = CommandOutput::of(&mut command);
    assert_eq!(result.code, 7, "{}", result.stderr);
    assert!(
        result.stderr.contains("warning: The API key is sent to api.example.test without encryption"),
        "{}",
        result.stderr
    );
    assert!(result.stderr.contains(&format!("through the proxy {closed}")), "{}", result.stderr);
    assert!(!result.stderr.contains("pa55word") && !result.stderr.contains(ANY_KEY), "{}", result.stderr);
}

#[test]
fn name_in_any_case_is_found_and_lists_are_sorted_naturally() {
    let server = TestServer::emulator(JOBS);
    let list = run_txjobs(&server, &["jobs"]);
    let names: Vec<_> = list.stdout.lines().skip(1).map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["Ärger", "İstanbul", "load 2", "Load 10", "Zebra"]);
    for (typed, found) in [("istanbul", "İstanbul"), ("A\u{308}RG", "Ärger"), ("LOAD 2", "load 2")] {
        let list = run_txjobs(&server, &["jobs", typed]);
        assert!(list.stdout.lines().nth(1).is_some_and(|line| line.starts_with(found)), "{typed}: {list:?}");
        let status = run_txjobs(&server, &["status", typed]);
        assert_eq!((status.code, status.stdout.as_str()), (0, "idle\n"), "{typed}: {status:?}");
    }
}

#[test]
fn tab_in_piped_output_is_kept_and_control_character_is_escaped() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Load 10"]);
    assert!(run.stdout.ends_with("left\tright␇\n"), "{run:?}");
}

#[test]
fn duration_is_a_number_of_seconds_or_has_units() {
    let server = TestServer::emulator(JOBS);
    for timeout in ["90", "1h30m", "1d"] {
        let run = run_txjobs(&server, &["run", "Load 10", "--timeout", timeout]);
        assert_eq!(run.code, 0, "{timeout}: {run:?}");
    }
    assert_eq!(run_txjobs(&server, &["run", "Ärger", "--timeout", "1"]).code, 6);
    for invalid in ["0", "soon", "99999999999999999999"] {
        let refused = run_txjobs(&server, &["run", "Load 10", "--timeout", invalid]);
        assert_eq!(refused.code, 2, "{invalid}: {refused:?}");
    }
}

#[test]
fn empty_environment_variable_counts_as_unset() {
    let server = TestServer::emulator(JOBS);
    let list = CommandOutput::of(txjobs_command(&server, &["jobs"]).env("TXJOBS_KEY_HEADER", ""));
    assert_eq!(list.code, 0, "{list:?}");

    let local = CommandOutput::of(txjobs_command(&server, &["jobs"]).env("TXJOBS_DOMAIN", ""));
    assert!(local.code == 7 || local.code == 4, "the local server is used: {local:?}");

    let without_key = CommandOutput::of(txjobs_command(&server, &["jobs"]).env("TXJOBS_API_KEY", ""));
    assert_eq!(without_key.code, 2, "{without_key:?}");
    assert!(without_key.stderr.contains("No API key. Set TXJOBS_API_KEY"), "{without_key:?}");

    let with_option = CommandOutput::of(
        txjobs_command(&server, &["jobs", "--domain", server.address()]).env("TXJOBS_DOMAIN", ""),
    );
    assert_eq!(with_option.code, 0, "{with_option:?}");
}

#[test]
fn piped_key_with_any_line_end_is_accepted() {
    let server = TestServer::emulator(JOBS);
    for end in ["", "\n", "\r\n", "\r\nanother line\r\n"] {
        let mut jobs = txjobs_command(&server, &["jobs", "--key-stdin"]);
        let jobs = jobs.env_remove("TXJOBS_API_KEY").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = jobs.spawn().unwrap();
        write!(child.stdin.take().unwrap(), "{}{end}", server.key()).unwrap();
        assert!(child.wait_with_output().unwrap().status.success(), "{end:?}");
    }
}
