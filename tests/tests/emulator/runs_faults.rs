//! Runs the command line with every fault: it waits for transient faults to pass, and sends an execute once in any case.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::JOBS;
use crate::tested_emulator::{
    MESSAGES, TestedEmulator, assert_messages_in_order, assert_none_failed, failed_check,
};

const BODIES: [&str; 7] = ["message", "camelMessage", "problem", "plain", "html", "htmlMessage", "empty"];

/// Returns faults of a GET that are retried only while a run is followed.
fn transient_while_following() -> [Value; 2] {
    [json!({ "kind": "status", "status": 500, "body": "empty" }), json!({ "kind": "truncate", "after": 0 })]
}

/// Returns transient faults of a GET.
fn transient() -> Vec<Value> {
    vec![
        json!({ "kind": "status", "status": 503, "body": "html" }),
        json!({ "kind": "status", "status": 502, "body": "htmlMessage" }),
        json!({ "kind": "status", "status": 504, "body": "plain" }),
        json!({ "kind": "status", "status": 408 }),
        json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 1 } }),
        json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 1, "form": "date" } }),
        json!({ "kind": "delay", "delay": "500ms" }),
        json!({ "kind": "drip", "bytesPerSecond": 2000 }),
        json!({ "kind": "cutOff", "after": 30 }),
        json!({ "kind": "truncate", "after": 1 }),
        json!({ "kind": "truncate", "after": 30 }),
        json!({ "kind": "truncate", "after": 1_000_000 }),
        json!({ "kind": "reset" }),
        json!({ "kind": "loseResponse" }),
    ]
}

#[tokio::test]
async fn run_is_followed_despite_every_fault() {
    let mut emulator = TestedEmulator::start(JOBS);
    let mut failed = Vec::new();
    let (always, following) = (transient(), transient_while_following());
    let of_log = always.iter().chain(&following).map(|effect| ("get_job_logs_by_trigger", 2, effect));
    let of_list = always.iter().map(|effect| ("list_jobs", 1, effect));
    for (operation, count, effect) in of_log.chain(of_list) {
        emulator.set_behavior(json!({})).await;
        let rule = json!({ "operation": operation, "count": count, "effect": effect });
        let check = async {
            let id = emulator.admin.add_fault(rule.clone()).await;
            let run = emulator.run(&["run", "Load", "--timeout", "60s"]).await;
            let what = format!("{rule}: {run:?}");
            assert_eq!(run.code, 0, "{what}");
            assert_messages_in_order(&run.stdout, &MESSAGES, &what);
            assert!(emulator.admin.fault(id).await["applied"].as_u64() >= Some(1), "{what}");
            assert_eq!(emulator.execute_count().await, 1, "{what}");
        };
        failed.extend(failed_check(&rule.to_string(), check).await);
    }
    assert_none_failed(&failed);
}

#[tokio::test]
async fn single_read_succeeds_despite_every_fault() {
    let mut emulator = TestedEmulator::start(JOBS);
    emulator.set_behavior(json!({})).await;
    assert_eq!(emulator.run(&["run", "Load", "--timeout", "60s"]).await.code, 0);
    let mut failed = Vec::new();
    for effect in transient() {
        for (arguments, operation) in [
            (["logs", "Load"].as_slice(), "get_job_logs"),
            (&["logs", "Load"], "get_job_status"),
            (&["jobs"], "list_job_statuses"),
        ] {
            emulator.admin.clear_faults().await;
            let rule = json!({ "operation": operation, "count": 1, "effect": effect });
            let check = async {
                let id = emulator.admin.add_fault(rule.clone()).await;
                let output = emulator.run(arguments).await;
                let what = format!("{arguments:?} {rule}: {output:?}");
                assert_eq!(output.code, 0, "{what}");
                match arguments {
                    ["jobs"] => assert!(output.stdout.contains("Load"), "{what}"),
                    _ => assert_messages_in_order(&output.stdout, &MESSAGES, &what),
                }
                assert_eq!(emulator.admin.fault(id).await["applied"], 1, "{what}");
            };
            failed.extend(failed_check(&rule.to_string(), check).await);
        }
    }
    assert_none_failed(&failed);
    assert_eq!(emulator.execute_count().await, 1);
}

/// An hour between the clocks causes neither a wait of an hour nor an immediate repetition.
#[tokio::test]
async fn retry_after_date_is_counted_by_the_server_s_clock() {
    let mut emulator = TestedEmulator::start(JOBS);
    for skew in ["1h", "-1h"] {
        emulator.set_behavior(json!({ "clockSkew": skew })).await;
        let wait = json!({ "seconds": 3, "form": "date" });
        let effect = json!({ "kind": "status", "status": 429, "retryAfter": wait });
        emulator
            .admin
            .add_fault(
                json!({ "operation": "get_job_logs_by_trigger", "skip": 1, "count": 1, "effect": effect }),
            )
            .await;
        let start = Instant::now();
        let run = emulator.run(&["run", "Load", "--timeout", "60s"]).await;
        assert_eq!(run.code, 0, "{skew}: {run:?}");
        assert_messages_in_order(&run.stdout, &MESSAGES, skew);
        let took = start.elapsed();
        assert!((Duration::from_secs(2)..Duration::from_secs(30)).contains(&took), "{skew}: {took:?}");
        assert_eq!(emulator.execute_count().await, 1, "{skew}");
    }
}

/// A failed execute is reported, and never sent again.
#[tokio::test]
async fn failed_execute_is_sent_once() {
    let mut emulator = TestedEmulator::start(JOBS);
    let mut failed = Vec::new();
    for (effect, code, word) in [
        (json!({ "kind": "loseResponse", "body": "html" }), 7, "502"),
        (json!({ "kind": "loseResponse", "body": "htmlMessage" }), 7, "The response was lost on its way"),
        (json!({ "kind": "reset" }), 7, ""),
        (json!({ "kind": "cutOff", "after": 10 }), 7, ""),
        (json!({ "kind": "truncate", "after": 0 }), 7, ""),
        (json!({ "kind": "truncate", "after": 10 }), 7, ""),
        (json!({ "kind": "truncate", "after": 1_000_000 }), 7, ""),
        (json!({ "kind": "status", "status": 204 }), 7, ""),
        (json!({ "kind": "status", "status": 408 }), 7, "408"),
        (
            json!({ "kind": "status", "status": 500, "body": "htmlMessage" }),
            7,
            "A rule of /admin/faults requests this",
        ),
        (json!({ "kind": "status", "status": 503 }), 7, "503"),
        (json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 1 } }), 7, "429"),
        (json!({ "kind": "status", "status": 401 }), 4, "key"),
        (json!({ "kind": "redirect", "status": 307, "location": "/public/jobs" }), 7, "307"),
        (json!({ "kind": "redirect", "status": 308, "location": "https://login.example.com/" }), 7, "308"),
    ] {
        emulator.set_behavior(json!({})).await;
        let check = async {
            emulator.admin.add_fault(json!({ "operation": "execute_job", "effect": effect })).await;
            let run = emulator.run(&["run", "Load", "--timeout", "60s"]).await;
            assert_eq!(run.code, code, "{effect}: {run:?}");
            assert!(run.stderr.contains(word) && run.stdout.is_empty(), "{effect}: {run:?}");
            // Messages do not contain the error text of a parser.
            assert!(
                !run.stderr.contains("EOF") && !run.stderr.contains("line 1 column"),
                "{effect}: {run:?}"
            );
            assert_eq!(emulator.execute_count().await, 1, "{effect}: {run:?}");
        };
        failed.extend(failed_check(&effect.to_string(), check).await);
    }
    assert_none_failed(&failed);
}

/// The message says that the outcome is unknown if the POST may have taken effect, and not if it was refused.
#[tokio::test]
async fn execute_with_unknown_outcome_is_reported_as_unknown() {
    let mut emulator = TestedEmulator::start(JOBS);
    for (effect, is_unknown) in [
        (json!({ "kind": "loseResponse" }), true),
        (json!({ "kind": "reset" }), true),
        (json!({ "kind": "truncate", "after": 10 }), true),
        (json!({ "kind": "status", "status": 408 }), true),
        (json!({ "kind": "status", "status": 504 }), true),
        (json!({ "kind": "status", "status": 429 }), false),
        (json!({ "kind": "status", "status": 401 }), false),
        (json!({ "kind": "status", "status": 409 }), false),
    ] {
        emulator.set_behavior(json!({})).await;
        emulator.admin.add_fault(json!({ "operation": "execute_job", "effect": effect })).await;
        let run = emulator.run(&["run", "Load", "--timeout", "60s"]).await;
        assert_eq!(run.stderr.contains("To check: "), is_unknown, "{effect}: {run:?}");
        assert_eq!(emulator.execute_count().await, 1, "{effect}: {run:?}");
    }
}

#[tokio::test]
async fn key_repeated_by_an_error_is_not_printed() {
    let mut emulator = TestedEmulator::start(JOBS);
    for body in BODIES {
        for (operation, status, code) in [
            ("execute_job", 503, 7),
            ("execute_job", 401, 4),
            ("list_jobs", 403, 4),
            ("get_job_logs_by_trigger", 401, 4),
        ] {
            emulator.set_behavior(json!({ "echoKey": true, "errors": body })).await;
            let effect = json!({ "kind": "status", "status": status });
            emulator.admin.add_fault(json!({ "operation": operation, "effect": effect })).await;
            // `run` itself checks for the key.
            let run = emulator.run(&["run", "Load", "--timeout", "60s"]).await;
            assert_eq!(run.code, code, "{body} {operation}: {run:?}");
            let json = emulator.run(&["run", "Load", "--timeout", "60s", "--json"]).await;
            assert!(json.code != 0, "{body} {operation}: {json:?}");
            let error = emulator.client().list_jobs().send().await;
            if operation == "list_jobs" {
                let error = txjobs_sdk::Error::from_client(&txjobs_sdk::paths::LIST_JOBS, error.unwrap_err());
                let output = format!("{error} {error:?}");
                assert!(!output.contains(emulator.server.key()), "{body}: {output}");
            }
        }
    }
}
