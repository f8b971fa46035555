//! `txjobs` as a pipeline uses it, against a real gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod output;
mod signals;
mod words;

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use txjobs_tests::{
    cli::{said, txjobs},
    gateway::Gateway,
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
fn lists_jobs_for_people_and_for_programs() {
    let gateway = Gateway::start(JOBS);
    let list = said(&mut txjobs(&gateway, &["jobs"]));
    assert_eq!(list.code, 0, "{list:?}");
    let names: Vec<_> = list.out.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["NAME", "Broken", "Endless", "Errors", "Sales deliver", "Sales prepare"]);
    assert!(!list.out.contains('\u{1b}'), "no color where there is no terminal");

    let list = said(&mut txjobs(&gateway, &["jobs", "SALES", "--json"]));
    let jobs: serde_json::Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!(jobs.as_array().unwrap().len(), 2);
    assert_eq!((&jobs[0]["Name"], &jobs[0]["Status"]), (&"Sales deliver".into(), &0.into()));
}

#[test]
fn runs_a_job_streams_its_log_and_exits_with_its_outcome() {
    let gateway = Gateway::start(JOBS);
    let run = said(&mut txjobs(&gateway, &["run", "Sales p"]));
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<_> = run.out.lines().collect();
    assert_eq!(lines.len(), 3, "{run:?}");
    assert!(lines.iter().any(|line| line.contains("information") && line.ends_with(" Reading")), "{run:?}");
    assert!(lines.iter().any(|line| line.contains("warning") && line.contains("12 rows")), "{run:?}");
    assert!(
        run.err.contains("completed with warnings") && run.err.contains("1 warnings, 0 errors"),
        "{run:?}"
    );

    let strict = said(&mut txjobs(&gateway, &["run", "Sales p", "--fail-on", "warnings"]));
    assert_eq!(strict.code, 5, "{strict:?}");
    assert_eq!(said(&mut txjobs(&gateway, &["run", "Sales deliver"])).code, 0);
    let broken = said(&mut txjobs(&gateway, &["run", "Broken"]));
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(broken.out.contains("code 3"), "the log says why: {broken:?}");
}

#[test]
fn what_a_server_says_never_controls_the_terminal() {
    let gateway = Gateway::start(JOBS);
    let run = said(&mut txjobs(&gateway, &["run", "Errors"]));
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("␛[2J\\u{202e}two\n"), "{run:?}");
    assert!(!run.out.contains('\u{1b}') && !run.out.contains('\u{202e}'));
    let log = said(&mut txjobs(&gateway, &["logs", "Errors", "--severity", "error"]));
    assert_eq!((log.code, log.out), (0, run.out), "the same log again");
}

#[test]
fn json_is_a_line_for_each_log_line_and_one_for_the_outcome() {
    let gateway = Gateway::start(JOBS);
    let run = said(&mut txjobs(&gateway, &["run", "Sales deliver", "--json"]));
    let lines: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{run:?}");
    assert_eq!((&lines[0]["Message"], &lines[0]["Severity"]), (&"Delivered".into(), &0.into()));
    assert_eq!(lines[1]["State"], 2);

    let log = said(&mut txjobs(&gateway, &["logs", "Sales deliver", "--json"]));
    let execution: serde_json::Value = serde_json::from_str(&log.out).unwrap();
    assert_eq!(execution["Id"], lines[1]["Id"]);
    assert_eq!(execution["JobExecutionLogs"][0], lines[0]);
}

#[test]
fn starts_without_waiting_and_follows_later() {
    let gateway = Gateway::start(JOBS);
    let started = said(&mut txjobs(&gateway, &["run", "Sales deliver", "--no-wait"]));
    assert_eq!(started.code, 0, "{started:?}");
    let trigger_id = started.out.trim();
    let followed = said(&mut txjobs(&gateway, &["follow", "Sales deliver", trigger_id]));
    assert_eq!(followed.code, 0, "{followed:?}");
    assert!(followed.out.ends_with("Delivered\n"), "{followed:?}");
    let log = said(&mut txjobs(&gateway, &["logs", "Sales deliver", "--trigger-id", trigger_id]));
    assert_eq!(log.out, followed.out);
}

#[test]
fn a_wait_that_is_over_or_broken_off_leaves_the_job_alone() {
    let gateway = Gateway::start(JOBS);
    let waited = said(&mut txjobs(&gateway, &["run", "Endless", "--timeout", "1s"]));
    assert_eq!(waited.code, 6, "{waited:?}");
    assert!(waited.err.contains("Go on with: txjobs follow"), "{waited:?}");
    assert_eq!(said(&mut txjobs(&gateway, &["status", "Endless"])).out, "running\n");

    let again = said(&mut txjobs(&gateway, &["run", "Endless"]));
    assert_eq!(again.code, 7, "a job that runs cannot be started: {again:?}");
    assert!(again.err.contains("409"), "{again:?}");

    let trigger_id = waited.err.trim().rsplit(' ').next().unwrap().to_owned();
    let mut follow = txjobs(&gateway, &["follow", "Endless", &trigger_id]);
    let mut follow = follow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(follow.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("Started"), "{first}");
    let interrupt =
        std::process::Command::new("kill").args(["-INT", &follow.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let end = follow.wait_with_output().unwrap();
    assert_eq!(end.status.code(), Some(130), "{end:?}");
    assert!(String::from_utf8_lossy(&end.stderr).contains("the job goes on"), "{end:?}");

    let canceled = said(&mut txjobs(&gateway, &["cancel", "Endless"]));
    assert_eq!((canceled.code, canceled.out.trim()), (0, trigger_id.as_str()));
    let end = said(&mut txjobs(&gateway, &["follow", "Endless", &trigger_id]));
    assert_eq!(end.code, 1, "{end:?}");
    assert!(end.out.to_lowercase().contains("cancel"), "{end:?}");
}

#[test]
fn the_key_comes_from_the_environment_or_standard_input() {
    let gateway = Gateway::start(JOBS);
    let none = said(txjobs(&gateway, &["jobs"]).env_remove("TXJOBS_API_KEY"));
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.err.contains("TXJOBS_API_KEY"), "{none:?}");

    let wrong = said(txjobs(&gateway, &["jobs"]).env("TXJOBS_API_KEY", "wr0ng-key"));
    assert_eq!(wrong.code, 4, "{wrong:?}");
    assert!(!wrong.err.contains("wr0ng"), "a key is never repeated: {wrong:?}");

    let mut piped = txjobs(&gateway, &["jobs", "--key-stdin"]);
    let mut piped =
        piped.env_remove("TXJOBS_API_KEY").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(piped.stdin.take().unwrap(), "{}", gateway.key()).unwrap();
    assert!(piped.wait_with_output().unwrap().status.success());
}

#[test]
fn what_cannot_be_done_says_what_to_do() {
    let gateway = Gateway::start(JOBS);
    let several = said(&mut txjobs(&gateway, &["run", "sales"]));
    assert_eq!(several.code, 2, "{several:?}");
    assert!(several.err.contains("Sales prepare") && several.err.contains("Sales deliver"), "{several:?}");
    let none = said(&mut txjobs(&gateway, &["status", "Nothing"]));
    assert_eq!(none.code, 2, "{none:?}");
    let nowhere = said(txjobs(&gateway, &["jobs"]).env("TXJOBS_DOMAIN", "127.0.0.1:1"));
    assert_eq!(nowhere.code, 7, "{nowhere:?}");
    assert!(nowhere.err.contains("Check the domain"), "{nowhere:?}");
    let not_this =
        said(txjobs(&gateway, &["jobs"]).env("TXJOBS_DOMAIN", format!("{}/elsewhere", gateway.address())));
    assert_eq!(not_this.code, 7, "{not_this:?}");
    assert!(not_this.err.contains("not the Jobs API"), "{not_this:?}");
}
