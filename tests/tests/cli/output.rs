//! Tests of `txjobs` with output that cannot be written.
#![cfg(unix)]

use std::process::Stdio;

use txjobs_test_support::{
    TestServer,
    cli::{run_txjobs, txjobs_command},
};

use super::JOBS;

/// The commands that write data and end without a signal, with their exit codes if the data is written.
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
    text.split_once("trigger id ").expect("the message has a trigger id").1.split_whitespace().next().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn command_with_a_full_disk_fails_with_a_message() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    // Each command has its own server, because a job that is running cannot be started again.
    for (arguments, _) in COMMANDS {
        let server = TestServer::emulator(JOBS);
        if arguments[0] == "logs" {
            assert!(run_txjobs(&server, &["run", arguments[1]]).code > 0);
        }
        let failed =
            txjobs_command(&server, arguments).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let message = String::from_utf8_lossy(&failed.stderr);
        assert_eq!(failed.status.code(), Some(7), "{arguments:?}: {message}");
        assert!(message.contains("cannot be written: No space left"), "{arguments:?}: {message}");
        if arguments[0] == "run" {
            let trigger_id = trigger_id_in(&message);
            let logs = run_txjobs(&server, &["follow", arguments[1], trigger_id]);
            assert!(!logs.stdout.is_empty(), "{arguments:?}: the id identifies the run: {logs:?}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn cancel_with_a_full_disk_fails_and_prints_the_trigger_id() {
    let server = TestServer::emulator(JOBS);
    let started = run_txjobs(&server, &["run", "Endless", "--no-wait"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let failed =
        txjobs_command(&server, &["cancel", "Endless"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    let message = String::from_utf8_lossy(&failed.stderr);
    assert_eq!(failed.status.code(), Some(7), "{message}");
    assert_eq!(trigger_id_in(&message), started.stdout.trim());
}

#[test]
#[cfg(target_os = "linux")]
fn lost_message_fails_without_changing_data_or_outcome() {
    let server = TestServer::emulator(JOBS);
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut codes = Vec::new();
    for arguments in
        [&["run", "Sales deliver"][..], &["run", "Broken"], &["status", "Nothing"], &["--nothing"]]
    {
        let end = txjobs_command(&server, arguments).stdout(Stdio::piped()).stderr(full()).output().unwrap();
        codes.push(end.status.code().unwrap());
        if arguments[0] == "run" {
            assert!(!end.stdout.is_empty(), "{arguments:?}: the log is written: {end:?}");
        }
    }
    assert_eq!(codes, [7, 1, 2, 2], "the code of a failure is kept");
}

#[test]
fn command_with_a_closed_pipe_ends_without_an_error() {
    for (arguments, code) in COMMANDS {
        let server = TestServer::emulator(JOBS);
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        let ended =
            txjobs_command(&server, arguments).stdout(closed).stderr(Stdio::piped()).output().unwrap();
        let message = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(*code), "{arguments:?}: {message}");
        assert!(!message.contains("error:"), "{arguments:?}: {message}");
        if arguments[0] == "run" {
            trigger_id_in(&message);
        }
    }
}

#[test]
fn run_with_a_closed_pipe_waits_for_the_outcome_and_reports_it() {
    let server = TestServer::emulator(JOBS);
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    let mut run = txjobs_command(&server, &["run", "Broken"]);
    let ended = run.stdout(closed).stderr(Stdio::piped()).output().unwrap();
    let message = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{message}");
    assert_eq!(message.matches("Still waiting for the outcome").count(), 1, "{message}");
    assert!(message.contains("failed"), "{message}");
}
