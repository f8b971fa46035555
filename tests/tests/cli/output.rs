//! What `txjobs` does when its output cannot be written.
#![cfg(unix)]

use std::process::Stdio;

use txjobs_tests::{
    cli::{said, txjobs},
    gateway::Gateway,
};

use super::JOBS;

/// Every command that writes data and ends by itself, with what it returns when the data is written.
const COMMANDS: &[(&[&str], i32)] = &[
    (&["--help"], 0),
    (&["--version"], 0),
    (&["help", "run"], 0),
    (&["jobs"], 0),
    (&["jobs", "--json"], 0),
    (&["status", "Broken"], 0),
    (&["status", "Broken", "--json"], 0),
    (&["logs", "Broken"], 0),
    (&["logs", "Broken", "--json"], 0),
    (&["logs", "Errors", "--json"], 0),
    (&["run", "Broken"], 1),
    (&["run", "Broken", "--json"], 1),
    (&["run", "Sales deliver", "--no-wait"], 0),
    (&["run", "Sales deliver", "--no-wait", "--json"], 0),
];

/// Returns the trigger id in a message.
fn trigger_id_in(text: &str) -> &str {
    text.split_once("trigger id ").expect("the trigger id is told").1.split_whitespace().next().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn every_command_with_a_full_disk_fails_and_says_so() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    // A gateway for each command, so that a run of one does not refuse a run of another.
    for (arguments, _) in COMMANDS {
        let gateway = Gateway::start(JOBS);
        if arguments[0] == "logs" {
            assert!(said(&mut txjobs(&gateway, &["run", arguments[1]])).code > 0);
        }
        let failed = txjobs(&gateway, arguments).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let message = String::from_utf8_lossy(&failed.stderr);
        assert_eq!(failed.status.code(), Some(7), "{arguments:?}: {message}");
        assert!(message.contains("cannot be written: No space left"), "{arguments:?}: {message}");
        if arguments[0] == "run" {
            let trigger_id = trigger_id_in(&message);
            let logs = said(&mut txjobs(&gateway, &["follow", arguments[1], trigger_id]));
            assert!(!logs.out.is_empty(), "{arguments:?}: the id leads to the run: {logs:?}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn cancel_with_a_full_disk_fails_and_tells_the_trigger_id() {
    let gateway = Gateway::start(JOBS);
    let started = said(&mut txjobs(&gateway, &["run", "Endless", "--no-wait"]));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let failed =
        txjobs(&gateway, &["cancel", "Endless"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    let message = String::from_utf8_lossy(&failed.stderr);
    assert_eq!(failed.status.code(), Some(7), "{message}");
    assert_eq!(trigger_id_in(&message), started.out.trim());
}

#[test]
#[cfg(target_os = "linux")]
fn lost_messages_are_a_failure_that_leaves_the_data_and_the_outcome() {
    let gateway = Gateway::start(JOBS);
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut codes = Vec::new();
    for arguments in
        [&["run", "Sales deliver"][..], &["run", "Broken"], &["status", "Nothing"], &["--nothing"]]
    {
        let end = txjobs(&gateway, arguments).stdout(Stdio::piped()).stderr(full()).output().unwrap();
        codes.push(end.status.code().unwrap());
        if arguments[0] == "run" {
            assert!(!end.stdout.is_empty(), "{arguments:?}: the log is written: {end:?}");
        }
    }
    assert_eq!(codes, [7, 1, 2, 2], "a code that tells of a failure stays");
}

#[test]
fn every_command_with_a_closed_pipe_ends_quietly() {
    for (arguments, code) in COMMANDS {
        let gateway = Gateway::start(JOBS);
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        let ended = txjobs(&gateway, arguments).stdout(closed).stderr(Stdio::piped()).output().unwrap();
        let message = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(*code), "{arguments:?}: {message}");
        assert!(!message.contains("error:"), "{arguments:?}: {message}");
        if arguments[0] == "run" {
            trigger_id_in(&message);
        }
    }
}

#[test]
fn run_with_a_closed_pipe_waits_for_the_outcome_and_says_so() {
    let gateway = Gateway::start(JOBS);
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    let mut run = txjobs(&gateway, &["run", "Broken"]);
    let ended = run.stdout(closed).stderr(Stdio::piped()).output().unwrap();
    let message = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{message}");
    assert_eq!(message.matches("Still waiting for the outcome").count(), 1, "{message}");
    assert!(message.contains("failed"), "{message}");
}
