//! Tests of names, durations, keys, and environment variables.

use std::{io::Write, process::Stdio};

use txjobs_tests::{
    cli::{ANY_KEY, run_command, txjobs, txjobs_at},
    gateway::Gateway,
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
fn unencrypted_key_has_a_warning_and_a_failing_proxy_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = txjobs_at("http://api.example.test", &["jobs"]);
    command
        .env("HTTP_PROXY", format!("http://me:pa55word@{closed}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let result = run_command(&mut command);
    assert_eq!(result.code, 7, "{}", result.err);
    assert!(
        result.err.contains("warning: The API key is sent to api.example.test without encryption"),
        "{}",
        result.err
    );
    assert!(result.err.contains(&format!("through the proxy {closed}")), "{}", result.err);
    assert!(!result.err.contains("pa55word") && !result.err.contains(ANY_KEY), "{}", result.err);
}

#[test]
fn name_in_any_case_is_found_and_lists_are_sorted_naturally() {
    let gateway = Gateway::start(JOBS);
    let list = run_command(&mut txjobs(&gateway, &["jobs"]));
    let names: Vec<_> = list.out.lines().skip(1).map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["Ärger", "İstanbul", "load 2", "Load 10", "Zebra"]);
    for (typed, found) in [("istanbul", "İstanbul"), ("A\u{308}RG", "Ärger"), ("LOAD 2", "load 2")] {
        let list = run_command(&mut txjobs(&gateway, &["jobs", typed]));
        assert!(list.out.lines().nth(1).is_some_and(|line| line.starts_with(found)), "{typed}: {list:?}");
        let status = run_command(&mut txjobs(&gateway, &["status", typed]));
        assert_eq!((status.code, status.out.as_str()), (0, "idle\n"), "{typed}: {status:?}");
    }
}

#[test]
fn tab_in_piped_output_is_kept_and_control_character_is_escaped() {
    let gateway = Gateway::start(JOBS);
    let run = run_command(&mut txjobs(&gateway, &["run", "Load 10"]));
    assert!(run.out.ends_with("left\tright␇\n"), "{run:?}");
}

#[test]
fn duration_is_a_number_of_seconds_or_has_units() {
    let gateway = Gateway::start(JOBS);
    for timeout in ["90", "1h30m", "1d"] {
        let run = run_command(&mut txjobs(&gateway, &["run", "Load 10", "--timeout", timeout]));
        assert_eq!(run.code, 0, "{timeout}: {run:?}");
    }
    assert_eq!(run_command(&mut txjobs(&gateway, &["run", "Ärger", "--timeout", "1"])).code, 6);
    for invalid in ["0", "soon", "99999999999999999999"] {
        let refused = run_command(&mut txjobs(&gateway, &["run", "Load 10", "--timeout", invalid]));
        assert_eq!(refused.code, 2, "{invalid}: {refused:?}");
    }
}

#[test]
fn empty_environment_variable_counts_as_unset() {
    let gateway = Gateway::start(JOBS);
    let list = run_command(txjobs(&gateway, &["jobs"]).env("TXJOBS_KEY_HEADER", ""));
    assert_eq!(list.code, 0, "{list:?}");

    let local = run_command(txjobs(&gateway, &["jobs"]).env("TXJOBS_DOMAIN", ""));
    assert!(local.code == 7 || local.code == 4, "the local gateway is used: {local:?}");

    let without_key = run_command(txjobs(&gateway, &["jobs"]).env("TXJOBS_API_KEY", ""));
    assert_eq!(without_key.code, 2, "{without_key:?}");
    assert!(without_key.err.contains("No API key. Set TXJOBS_API_KEY"), "{without_key:?}");

    let with_option =
        run_command(txjobs(&gateway, &["jobs", "--domain", gateway.address()]).env("TXJOBS_DOMAIN", ""));
    assert_eq!(with_option.code, 0, "{with_option:?}");
}

#[test]
fn piped_key_with_any_line_end_is_accepted() {
    let gateway = Gateway::start(JOBS);
    for end in ["", "\n", "\r\n", "\r\nanother line\r\n"] {
        let mut jobs = txjobs(&gateway, &["jobs", "--key-stdin"]);
        let jobs = jobs.env_remove("TXJOBS_API_KEY").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = jobs.spawn().unwrap();
        write!(child.stdin.take().unwrap(), "{}{end}", gateway.key()).unwrap();
        assert!(child.wait_with_output().unwrap().status.success(), "{end:?}");
    }
}
