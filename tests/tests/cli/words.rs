//! Names, durations, keys and environment variables as users write them.

use std::{io::Write, process::Stdio};

use txjobs_tests::{
    cli::{ANY_KEY, said, txjobs, txjobs_at},
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
fn key_in_clear_text_is_warned_of_and_a_failing_proxy_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = txjobs_at("http://api.example.test", &["jobs"]);
    command
        .env("HTTP_PROXY", format!("http://me:pa55word@{closed}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let said = said(&mut command);
    assert_eq!(said.code, 7, "{}", said.err);
    assert!(
        said.err.contains("warning: The API key is sent to api.example.test without encryption"),
        "{}",
        said.err
    );
    assert!(said.err.contains(&format!("through the proxy {closed}")), "{}", said.err);
    assert!(!said.err.contains("pa55word") && !said.err.contains(ANY_KEY), "{}", said.err);
}

#[test]
fn names_are_found_in_any_case_and_sorted_naturally() {
    let gateway = Gateway::start(JOBS);
    let list = said(&mut txjobs(&gateway, &["jobs"]));
    let names: Vec<_> = list.out.lines().skip(1).map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["Ärger", "İstanbul", "load 2", "Load 10", "Zebra"]);
    for (typed, found) in [("istanbul", "İstanbul"), ("A\u{308}RG", "Ärger"), ("LOAD 2", "load 2")] {
        let list = said(&mut txjobs(&gateway, &["jobs", typed]));
        assert!(list.out.lines().nth(1).is_some_and(|line| line.starts_with(found)), "{typed}: {list:?}");
        let status = said(&mut txjobs(&gateway, &["status", typed]));
        assert_eq!((status.code, status.out.as_str()), (0, "idle\n"), "{typed}: {status:?}");
    }
}

#[test]
fn tab_reaches_a_program_and_a_control_character_does_not() {
    let gateway = Gateway::start(JOBS);
    let run = said(&mut txjobs(&gateway, &["run", "Load 10"]));
    assert!(run.out.ends_with("left\tright␇\n"), "{run:?}");
}

#[test]
fn duration_is_a_number_of_seconds_or_has_units() {
    let gateway = Gateway::start(JOBS);
    for timeout in ["90", "1h30m", "1d"] {
        let run = said(&mut txjobs(&gateway, &["run", "Load 10", "--timeout", timeout]));
        assert_eq!(run.code, 0, "{timeout}: {run:?}");
    }
    assert_eq!(said(&mut txjobs(&gateway, &["run", "Ärger", "--timeout", "1"])).code, 6);
    for wrong in ["0", "soon", "99999999999999999999"] {
        let refused = said(&mut txjobs(&gateway, &["run", "Load 10", "--timeout", wrong]));
        assert_eq!(refused.code, 2, "{wrong}: {refused:?}");
    }
}

#[test]
fn environment_variable_that_is_empty_counts_as_unset() {
    let gateway = Gateway::start(JOBS);
    let list = said(txjobs(&gateway, &["jobs"]).env("TXJOBS_KEY_HEADER", ""));
    assert_eq!(list.code, 0, "{list:?}");

    let local = said(txjobs(&gateway, &["jobs"]).env("TXJOBS_DOMAIN", ""));
    assert!(local.code == 7 || local.code == 4, "the gateway of this machine is asked: {local:?}");

    let none = said(txjobs(&gateway, &["jobs"]).env("TXJOBS_API_KEY", ""));
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.err.contains("No API key. Set TXJOBS_API_KEY"), "{none:?}");

    let by_flag = said(txjobs(&gateway, &["jobs", "--domain", gateway.address()]).env("TXJOBS_DOMAIN", ""));
    assert_eq!(by_flag.code, 0, "{by_flag:?}");
}

#[test]
fn piped_key_may_end_with_any_end_of_line() {
    let gateway = Gateway::start(JOBS);
    for end in ["", "\n", "\r\n", "\r\nanother line\r\n"] {
        let mut jobs = txjobs(&gateway, &["jobs", "--key-stdin"]);
        let jobs = jobs.env_remove("TXJOBS_API_KEY").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = jobs.spawn().unwrap();
        write!(child.stdin.take().unwrap(), "{}{end}", gateway.key()).unwrap();
        assert!(child.wait_with_output().unwrap().status.success(), "{end:?}");
    }
}
