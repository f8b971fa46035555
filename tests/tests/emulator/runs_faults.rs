//! Runs the command line with every fault: it waits for transient faults to pass, and sends an execute once in any case.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::JOBS;
use crate::runs::{MESSAGES, Server, failure, none_failed, says_in_order};

const BODIES: [&str; 7] = ["message", "camelMessage", "problem", "plain", "html", "htmlMessage", "empty"];

/// Faults of a GET that are waited out only while a run is followed.
fn passing_while_following() -> [Value; 2] {
    [json!({ "kind": "status", "status": 500, "body": "empty" }), json!({ "kind": "truncate", "after": 0 })]
}

/// Transient faults of a GET.
fn passing() -> Vec<Value> {
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
        json!({ "kind": "loseAnswer" }),
    ]
}

#[tokio::test]
async fn a_run_is_followed_past_every_fault() {
    let mut server = Server::start(JOBS);
    let mut failed = Vec::new();
    let (always, following) = (passing(), passing_while_following());
    let of_log = always.iter().chain(&following).map(|effect| ("get_job_logs_by_trigger", 2, effect));
    let of_list = always.iter().map(|effect| ("list_jobs", 1, effect));
    for (operation, count, effect) in of_log.chain(of_list) {
        server.set(json!({})).await;
        let rule = json!({ "operation": operation, "count": count, "effect": effect });
        let check = async {
            let id = server.admin.fault(rule.clone()).await;
            let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
            let what = format!("{rule}: {run:?}");
            assert_eq!(run.code, 0, "{what}");
            says_in_order(&run.out, &MESSAGES, &what);
            assert!(server.admin.fault_of(id).await["applied"].as_u64() >= Some(1), "{what}");
            assert_eq!(server.executes().await, 1, "{what}");
        };
        failed.extend(failure(&rule.to_string(), check).await);
    }
    none_failed(&failed);
}

#[tokio::test]
async fn single_read_succeeds_past_every_fault() {
    let mut server = Server::start(JOBS);
    server.set(json!({})).await;
    assert_eq!(server.run(&["run", "Load", "--timeout", "60s"]).await.code, 0);
    let mut failed = Vec::new();
    for effect in passing() {
        for (arguments, operation) in [
            (["logs", "Load"].as_slice(), "get_job_logs"),
            (&["logs", "Load"], "get_job_status"),
            (&["jobs"], "list_job_statuses"),
        ] {
            server.admin.no_faults().await;
            let rule = json!({ "operation": operation, "count": 1, "effect": effect });
            let check = async {
                let id = server.admin.fault(rule.clone()).await;
                let said = server.run(arguments).await;
                let what = format!("{arguments:?} {rule}: {said:?}");
                assert_eq!(said.code, 0, "{what}");
                match arguments {
                    ["jobs"] => assert!(said.out.contains("Load"), "{what}"),
                    _ => says_in_order(&said.out, &MESSAGES, &what),
                }
                assert_eq!(server.admin.fault_of(id).await["applied"], 1, "{what}");
            };
            failed.extend(failure(&rule.to_string(), check).await);
        }
    }
    none_failed(&failed);
    assert_eq!(server.executes().await, 1);
}

/// An hour between the clocks causes neither a wait of an hour nor an immediate repetition.
#[tokio::test]
async fn retry_after_date_is_counted_by_the_server_s_clock() {
    let mut server = Server::start(JOBS);
    for skew in ["1h", "-1h"] {
        server.set(json!({ "clockSkew": skew })).await;
        let wait = json!({ "seconds": 3, "form": "date" });
        let effect = json!({ "kind": "status", "status": 429, "retryAfter": wait });
        server
            .admin
            .fault(json!({ "operation": "get_job_logs_by_trigger", "skip": 1, "count": 1, "effect": effect }))
            .await;
        let start = Instant::now();
        let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
        assert_eq!(run.code, 0, "{skew}: {run:?}");
        says_in_order(&run.out, &MESSAGES, skew);
        let took = start.elapsed();
        assert!((Duration::from_secs(2)..Duration::from_secs(30)).contains(&took), "{skew}: {took:?}");
        assert_eq!(server.executes().await, 1, "{skew}");
    }
}

/// A failed execute is reported, and never sent again.
#[tokio::test]
async fn an_execute_that_goes_wrong_is_sent_once() {
    let mut server = Server::start(JOBS);
    let mut failed = Vec::new();
    for (effect, code, word) in [
        (json!({ "kind": "loseAnswer", "body": "html" }), 7, "502"),
        (json!({ "kind": "loseAnswer", "body": "htmlMessage" }), 7, "The response was lost on its way"),
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
        server.set(json!({})).await;
        let check = async {
            server.admin.fault(json!({ "operation": "execute_job", "effect": effect })).await;
            let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
            assert_eq!(run.code, code, "{effect}: {run:?}");
            assert!(run.err.contains(word) && run.out.is_empty(), "{effect}: {run:?}");
            // Messages do not contain the error text of a parser.
            assert!(!run.err.contains("EOF") && !run.err.contains("line 1 column"), "{effect}: {run:?}");
            assert_eq!(server.executes().await, 1, "{effect}: {run:?}");
        };
        failed.extend(failure(&effect.to_string(), check).await);
    }
    none_failed(&failed);
}

/// The message says that the outcome is unknown if the POST may have taken effect, and not if it was refused.
#[tokio::test]
async fn execute_with_unknown_outcome_is_reported_as_unknown() {
    let mut server = Server::start(JOBS);
    for (effect, is_unknown) in [
        (json!({ "kind": "loseAnswer" }), true),
        (json!({ "kind": "reset" }), true),
        (json!({ "kind": "truncate", "after": 10 }), true),
        (json!({ "kind": "status", "status": 408 }), true),
        (json!({ "kind": "status", "status": 504 }), true),
        (json!({ "kind": "status", "status": 429 }), false),
        (json!({ "kind": "status", "status": 401 }), false),
        (json!({ "kind": "status", "status": 409 }), false),
    ] {
        server.set(json!({})).await;
        server.admin.fault(json!({ "operation": "execute_job", "effect": effect })).await;
        let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
        assert_eq!(run.err.contains("To check: "), is_unknown, "{effect}: {run:?}");
        assert_eq!(server.executes().await, 1, "{effect}: {run:?}");
    }
}

#[tokio::test]
async fn key_repeated_by_an_error_is_not_printed() {
    let mut server = Server::start(JOBS);
    for body in BODIES {
        for (operation, status, code) in [
            ("execute_job", 503, 7),
            ("execute_job", 401, 4),
            ("list_jobs", 403, 4),
            ("get_job_logs_by_trigger", 401, 4),
        ] {
            server.set(json!({ "echoKey": true, "errors": body })).await;
            let effect = json!({ "kind": "status", "status": status });
            server.admin.fault(json!({ "operation": operation, "effect": effect })).await;
            // `run` itself checks for the key.
            let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
            assert_eq!(run.code, code, "{body} {operation}: {run:?}");
            let json = server.run(&["run", "Load", "--timeout", "60s", "--json"]).await;
            assert!(json.code != 0, "{body} {operation}: {json:?}");
            let error = server.client().list_jobs().send().await;
            if operation == "list_jobs" {
                let error = txjobs_sdk::Error::from_client(&txjobs_sdk::paths::LIST_JOBS, error.unwrap_err());
                let said = format!("{error} {error:?}");
                assert!(!said.contains(server.gateway.key()), "{body}: {said}");
            }
        }
    }
}
