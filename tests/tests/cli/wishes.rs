//! What users of similar tools asked for, each with a test: attach to runs, wait quietly, never start twice, never lose an outcome.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use txjobs_test_support::{
    CommandOutput, FakeResponse, FakeServer, TestServer,
    cli::{run_txjobs, txjobs_command, txjobs_command_for},
    json_response, send_signal,
};

use super::{
    JOBS,
    one_job_server::{JOB_ID, TRIGGER_ID},
};

#[test]
fn last_line_of_the_log_is_printed_before_the_exit() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Sales prepare"]);
    assert!(run.stdout.trim_end().ends_with("Done") || run.stdout.contains("Done\n"), "{run:?}");
}

#[test]
fn each_final_state_has_its_own_exit_code() {
    let server = TestServer::emulator(JOBS);
    let code = |arguments: &[&str]| run_txjobs(&server, arguments).code;
    assert_eq!(code(&["run", "Sales deliver"]), 0);
    assert_eq!(code(&["run", "Broken"]), 1);
    assert_eq!(code(&["run", "Errors"]), 3);
    assert_eq!(code(&["run", "Sales prepare", "--fail-on", "warnings"]), 5);
}

#[test]
fn timed_out_wait_has_its_own_code_and_says_that_the_job_continues() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Endless", "--timeout", "1s"]);
    assert_eq!(run.code, 6, "{run:?}");
    assert!(run.stderr.contains("the job continues"), "{run:?}");
}

#[test]
fn wait_has_no_built_in_limit() {
    let help = CommandOutput::of(&mut txjobs_command_for("127.0.0.1:1", &["run", "--help"]));
    assert!(help.stdout.contains("Without this option there is no limit"), "{help:?}");
}

/// Starts a server whose job becomes pending, running, and ended in the course of these numbers of history requests.
fn start_slow_server(pending: usize) -> FakeServer {
    FakeServer::start(move |n, request| {
        let is_ended = n > pending + 4;
        let status = if is_ended {
            0
        } else if n > pending {
            2
        } else {
            1
        };
        let body = match request.path().rsplit('/').next().unwrap_or_default() {
            "jobs" => serde_json::json!([{ "Id": JOB_ID, "Name": "Sales" }]),
            "status" => serde_json::json!({ "JobId": JOB_ID, "Status": status }),
            _ if n <= pending => serde_json::json!([]),
            _ => serde_json::json!([{
                "Id": JOB_ID, "JobId": JOB_ID, "TriggerId": TRIGGER_ID, "State": if is_ended { 2 } else { 1 },
                "CreateTime": "2026-01-01T00:00:00Z", "JobExecutionLogs": [],
            }]),
        };
        FakeResponse::Send(json_response(200, &body.to_string()))
    })
}

#[test]
fn pending_run_is_followed_when_it_appears() {
    let server = start_slow_server(4);
    let follow = CommandOutput::of(&mut txjobs_command_for(server.address(), &["follow", "Sales"]));
    assert_eq!(follow.code, 0, "{follow:?}");
    assert!(follow.stderr.contains(TRIGGER_ID), "{follow:?}");
}

#[test]
fn interruption_of_the_server_does_not_end_the_wait() {
    let server = FakeServer::start(|n, request| {
        let body = match request.path().rsplit('/').next().unwrap_or_default() {
            // More failures than a single request is repeated.
            _ if (4..7).contains(&n) => return FakeResponse::Send(json_response(503, "restarting")),
            "jobs" => serde_json::json!([{ "Id": JOB_ID, "Name": "Sales" }]),
            "status" => serde_json::json!({ "JobId": JOB_ID, "Status": 2 }),
            _ => serde_json::json!([{
                "Id": JOB_ID, "JobId": JOB_ID, "TriggerId": TRIGGER_ID, "State": if n < 7 { 1 } else { 2 },
                "CreateTime": "2026-01-01T00:00:00Z", "JobExecutionLogs": [],
            }]),
        };
        FakeResponse::Send(json_response(200, &body.to_string()))
    });
    let follow =
        CommandOutput::of(&mut txjobs_command_for(server.address(), &["follow", "Sales", TRIGGER_ID]));
    assert_eq!(follow.code, 0, "{follow:?}");
    assert!(follow.stderr.contains("Still waiting; the job continues"), "{follow:?}");
}

#[test]
fn run_that_is_too_quick_to_be_seen_has_its_outcome() {
    let server = TestServer::emulator(JOBS);
    for _ in 0..3 {
        let run = run_txjobs(&server, &["run", "Sales deliver"]);
        assert_eq!((run.code, run.stdout.lines().count()), (0, 1), "{run:?}");
    }
}

#[test]
fn newest_run_is_followed_whoever_started_it() {
    let server = TestServer::emulator(JOBS);
    let started = run_txjobs(&server, &["run", "Endless", "--no-wait"]);
    let id = started.stdout.trim();
    for arguments in
        [&["follow", "Endless", "--timeout", "1s"][..], &["follow", "Endless", "latest", "--timeout", "1s"]]
    {
        let follow = run_txjobs(&server, arguments);
        assert_eq!(follow.code, 6, "{follow:?}");
        assert!(follow.stdout.contains("Started") && follow.stderr.contains(id), "{follow:?}");
    }
    assert_eq!(run_txjobs(&server, &["cancel", "Endless"]).code, 0);
    let follow = run_txjobs(&server, &["follow", "Endless", id]);
    assert_eq!(follow.code, 1, "{follow:?}");
}

#[test]
fn quiet_wait_prints_nothing_but_problems() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Sales deliver", "--quiet"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let run = run_txjobs(&server, &["run", "Broken", "-q"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("failed"), "{run:?}");
}

#[test]
fn run_without_an_outcome_is_no_success() {
    let server = TestServer::emulator(JOBS);
    assert_eq!(run_txjobs(&server, &["logs", "Endless", "--exit-status"]).code, 7, "no run yet");
    assert_eq!(run_txjobs(&server, &["follow", "Endless"]).code, 7, "no run yet");
    assert_eq!(run_txjobs(&server, &["run", "Endless", "--no-wait"]).code, 0);
    let running = run_txjobs(&server, &["logs", "Endless", "--exit-status"]);
    assert_eq!(running.code, 7, "{running:?}");
    assert!(running.stderr.contains("--follow"), "{running:?}");
    assert_eq!(run_txjobs(&server, &["run", "", "--no-wait"]).code, 2, "an empty name starts nothing");
}

#[test]
fn logs_can_exit_with_the_outcome() {
    let server = TestServer::emulator(JOBS);
    assert_eq!(run_txjobs(&server, &["run", "Errors"]).code, 3);
    assert_eq!(run_txjobs(&server, &["logs", "Errors"]).code, 0);
    assert_eq!(run_txjobs(&server, &["logs", "Errors", "--exit-status"]).code, 3);
    let followed = run_txjobs(&server, &["logs", "Errors", "--follow", "--exit-status"]);
    assert_eq!(followed.code, 3, "{followed:?}");
}

#[test]
fn run_that_the_application_started_has_a_way_to_its_log() {
    for trigger_id in [serde_json::Value::Null, "00000000-0000-0000-0000-000000000000".into()] {
        let server = FakeServer::start(move |_, request| {
            let body = match request.path().rsplit('/').next().unwrap_or_default() {
                "jobs" => serde_json::json!([{ "Id": JOB_ID, "Name": "Sales" }]),
                "status" => serde_json::json!({ "JobId": JOB_ID, "Status": 0 }),
                _ => serde_json::json!([{
                    "Id": JOB_ID, "JobId": JOB_ID, "TriggerId": trigger_id, "State": 2,
                    "CreateTime": "2026-01-01T00:00:00Z", "JobExecutionLogs": [],
                }]),
            };
            FakeResponse::Send(json_response(200, &body.to_string()))
        });
        for arguments in [&["follow", "Sales"][..], &["logs", "Sales", "--follow"]] {
            let follow = CommandOutput::of(&mut txjobs_command_for(server.address(), arguments));
            assert_eq!(follow.code, 7, "{follow:?}");
            assert!(follow.stderr.contains(&format!("--execution {JOB_ID}")), "{follow:?}");
        }
    }
}

#[test]
fn without_waiting_standard_output_is_exactly_the_id() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Sales deliver", "--no-wait"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stdout.len(), 37, "{run:?}");
    assert!(run.stdout.trim_end().parse::<txjobs_sdk::types::TriggerId>().is_ok(), "{run:?}");
}

#[test]
fn refusal_names_the_job_and_the_server_and_offers_to_follow() {
    let server = TestServer::emulator(JOBS);
    let started = run_txjobs(&server, &["run", "Endless", "--no-wait"]);
    let again = run_txjobs(&server, &["run", "Endless"]);
    assert_eq!(again.code, 7, "{again:?}");
    for part in ["Endless", server.address(), started.stdout.trim(), "txjobs follow"] {
        assert!(again.stderr.contains(part), "{part}: {again:?}");
    }
}

#[test]
fn busy_job_is_not_started() {
    for status in [1, 2] {
        let server = FakeServer::start(move |_, request| {
            let body = match request.path().rsplit('/').next().unwrap_or_default() {
                "jobs" => serde_json::json!([{ "Id": JOB_ID, "Name": "Sales" }]),
                "logs" => serde_json::json!([]),
                _ => serde_json::json!({ "JobId": JOB_ID, "Status": status }),
            };
            FakeResponse::Send(json_response(200, &body.to_string()))
        });
        let run = CommandOutput::of(&mut txjobs_command_for(server.address(), &["run", "Sales"]));
        assert_eq!(run.code, 7, "{run:?}");
        assert!(run.stderr.contains("follow") && run.stderr.contains("latest"), "{run:?}");
        assert!(server.requests().iter().all(|request| request.method == "GET"), "nothing was sent");
    }
}

#[test]
#[cfg(unix)]
fn interrupted_wait_leaves_the_job_running_and_says_how_to_attach() {
    let server = TestServer::emulator(JOBS);
    let mut run = txjobs_command(&server, &["run", "Endless"]);
    let mut run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(run.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    send_signal("INT", run.id());
    let end = CommandOutput::from(run.wait_with_output().unwrap());
    assert_eq!(end.code, 130, "{end:?}");
    assert!(end.stderr.contains("To follow the run again: txjobs follow"), "{end:?}");
    assert_eq!(run_txjobs(&server, &["status", "Endless"]).stdout, "running\n");
}

#[test]
fn lost_response_to_a_start_is_not_sent_again() {
    let server = FakeServer::start(|_, request| {
        let body = match request.path().rsplit('/').next().unwrap_or_default() {
            "jobs" => serde_json::json!([{ "Id": JOB_ID, "Name": "Sales" }]),
            "execute" => return FakeResponse::Send(json_response(502, "{}")),
            _ => serde_json::json!({ "JobId": JOB_ID, "Status": 0 }),
        };
        FakeResponse::Send(json_response(200, &body.to_string()))
    });
    let run = CommandOutput::of(&mut txjobs_command_for(server.address(), &["run", "Sales"]));
    assert_eq!(run.code, 7, "{run:?}");
    assert!(run.stderr.contains("To check: txjobs status"), "{run:?}");
    let starts = server.requests().iter().filter(|request| request.method == "POST").count();
    assert_eq!(starts, 1, "{run:?}");
}

#[test]
fn history_is_compact_and_the_outcome_has_the_address_of_the_run() {
    let server = TestServer::emulator(JOBS);
    let mut run = txjobs_command(&server, &["run", "Errors"]);
    let run = CommandOutput::of(run.env("TXJOBS_CONSOLE", "https://console.example.com/jobs/"));
    assert!(run.stderr.contains("https://console.example.com/jobs/#/jobs/"), "{run:?}");
    let history = run_txjobs(&server, &["history", "Errors"]);
    assert_eq!(history.stdout.lines().count(), 2, "one line per run: {history:?}");
    assert!(history.stdout.contains("completed with errors"), "{history:?}");
}

#[test]
fn several_jobs_run_at_once_or_one_after_another() {
    let server = TestServer::emulator(JOBS);
    let run = run_txjobs(&server, &["run", "Sales deliver", "Errors", "Sales prepare"]);
    assert_eq!(run.code, 3, "the worst outcome: {run:?}");
    assert!(run.stdout.contains("[Sales deliver] ") && run.stdout.contains("[Errors] "), "{run:?}");
    assert_eq!(run.stderr.matches("Started ").count(), 3, "{run:?}");

    let run = run_txjobs(&server, &["run", "Errors", "Sales deliver", "--sequential"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("Not started: Sales deliver"), "{run:?}");
    let run =
        run_txjobs(&server, &["run", "Sales deliver", "Sales deliver", "Errors", "--sequential", "--json"]);
    let reports: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let codes: Vec<_> = reports.as_array().unwrap().iter().map(|report| report["ExitCode"].clone()).collect();
    assert_eq!(codes, [0, 3], "a job that is named twice runs once: {run:?}");
}
