use std::{io::ErrorKind, time::Duration};

use serde_json::{Value, json};
use txjobs_tests::{admin::Admin, gateway::Gateway};

use crate::{JOBS, LOAD, ask, execute, get, post};

async fn with(effect: Value) -> (Gateway, Admin) {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.fault(json!({ "effect": effect })).await;
    (gateway, admin)
}

#[tokio::test]
async fn a_status_with_a_body_of_every_kind() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    for (body, content_type, beginning) in [
        ("message", "application/json", "{\"Message\":\""),
        ("camelMessage", "application/json", "{\"message\":\""),
        ("problem", "application/problem+json", "{\""),
        ("plain", "text/plain; charset=utf-8", "A rule"),
        ("html", "text/html; charset=utf-8", "<!doctype html>"),
        ("empty", "", ""),
    ] {
        admin.no_faults().await;
        admin.fault(json!({ "effect": { "kind": "status", "status": 503, "body": body } })).await;
        let answer = get(&gateway, "/public/jobs");
        assert_eq!(
            (answer.status, answer.header("content-type").unwrap_or_default()),
            (503, content_type),
            "{body}"
        );
        assert!(answer.body.starts_with(beginning), "{body}: {}", answer.body);
        assert!(answer.is_whole);
    }
    let problem = {
        admin.no_faults().await;
        admin.fault(json!({ "effect": { "kind": "status", "status": 418, "body": "problem" } })).await;
        get(&gateway, "/public/jobs").json()
    };
    assert_eq!((&problem["status"], &problem["title"]), (&json!(418), &json!("I'm a teapot")));
    // A page of another origin reads it too: the fault is behind CORS.
    let answer = ask(gateway.address(), "GET /public/jobs HTTP/1.1\r\norigin: https://a.example\r\n");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn status_without_a_body_is_complete_and_empty() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    for status in [204, 205, 304] {
        for other in
            [json!({ "kind": "drip", "bytesPerSecond": 10 }), json!({ "kind": "truncate", "after": 1 })]
        {
            admin.no_faults().await;
            admin.fault(json!({ "effect": { "kind": "status", "status": status } })).await;
            admin.fault(json!({ "effect": other })).await;
            let answer = get(&gateway, "/public/jobs");
            assert_eq!((answer.status, answer.bytes.len()), (status, 0), "{answer:?}");
            let length = answer.header("content-length").unwrap_or("0");
            assert!(length == "0" && answer.header("content-type").is_none(), "{answer:?}");
            assert!(answer.header("transfer-encoding").is_none(), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn nothing_is_done_where_a_rule_answers() {
    let (gateway, admin) = with(json!({ "kind": "status", "status": 500 })).await;
    assert_eq!(post(&gateway, &format!("/public/jobs/{LOAD}/execute")).status, 500);
    admin.no_faults().await;
    assert_eq!(get(&gateway, &format!("/public/jobs/{LOAD}/logs")).json(), json!([]));
    assert_eq!(get(&gateway, &format!("/public/jobs/{LOAD}/status")).json()["Status"], 0);
}

#[tokio::test]
async fn too_many_requests_in_both_forms() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.clock(json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 })).await;
    for (form, value) in [("seconds", "30"), ("date", "Sat, 14 Mar 2026 02:00:30 GMT")] {
        admin.no_faults().await;
        let retry_after = json!({ "seconds": 30, "form": form });
        admin
            .fault(json!({ "effect": { "kind": "status", "status": 429, "retryAfter": retry_after } }))
            .await;
        let answer = get(&gateway, "/public/jobs");
        assert_eq!((answer.status, answer.header("retry-after")), (429, Some(value)));
    }
}

#[tokio::test]
async fn a_delay_is_before_the_first_byte_and_follows_the_clock() {
    let (gateway, admin) = with(json!({ "kind": "delay", "delay": "300ms" })).await;
    let answer = get(&gateway, "/public/jobs");
    assert_eq!(answer.status, 200);
    assert!(answer.first_byte >= Duration::from_millis(300), "{answer:?}");

    admin.freeze().await;
    let asked = tokio::task::spawn_blocking({
        let (address, key) = (gateway.address().to_owned(), gateway.key().to_owned());
        move || ask(&address, &format!("GET /public/jobs/status HTTP/1.1\r\napiKey: {key}\r\n"))
    });
    let under_way = admin.await_journal("operation=list_job_statuses&outcome=underway", 1).await;
    assert_eq!((under_way[0].status, under_way[0].at_once), (None, 1));
    admin.advance("300ms").await;
    assert_eq!(asked.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_body_that_drips() {
    let (gateway, _) = with(json!({ "kind": "drip", "bytesPerSecond": 400 })).await;
    let answer = ask(
        gateway.address(),
        &format!("GET /public/jobs HTTP/1.1\r\napiKey: {}\r\naccept-encoding: br, gzip\r\n", gateway.key()),
    );
    assert!(answer.is_whole, "{answer:?}");
    assert_eq!(answer.json().as_array().unwrap().len(), 2, "and it is not compressed");
    let least = Duration::from_millis(answer.body.len() as u64 * 1000 / 400 - 100);
    assert!(answer.took >= least && answer.first_byte < least / 2, "{answer:?}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_and_one_that_is_truncated() {
    for (kind, is_whole) in [("cutOff", false), ("truncate", true)] {
        let (gateway, admin) = with(json!({ "kind": kind, "after": 20 })).await;
        let whole = {
            admin.no_faults().await;
            get(&gateway, "/public/jobs").body
        };
        for (after, length) in [(20, 20), (0, 0), (1_000_000, whole.len() - 1)] {
            admin.no_faults().await;
            admin.fault(json!({ "effect": { "kind": kind, "after": after } })).await;
            let answer = get(&gateway, "/public/jobs");
            assert_eq!((answer.status, answer.is_whole), (200, is_whole), "{kind} {after}: {answer:?}");
            assert_eq!(answer.body, whole[..length], "{kind} {after}");
            // A truncated answer is complete for HTTP; only its JSON is not.
            let framing = if is_whole { "content-length" } else { "transfer-encoding" };
            assert!(answer.header(framing).is_some(), "{answer:?}");
            let entry = admin.await_journal("outcome=answered", 1).await.pop().unwrap();
            let outcome = if is_whole { "answered" } else { "brokenOff" };
            assert!(
                is_whole
                    || admin.await_journal("outcome=brokenOff", 1).await.pop().unwrap().faults.len() == 1
            );
            assert!(!is_whole || entry.outcome == outcome);
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_reset() {
    let (gateway, admin) = with(json!({ "kind": "reset" })).await;
    let answer = post(&gateway, &format!("/public/jobs/{LOAD}/execute"));
    assert_eq!((answer.status, answer.error), (0, Some(ErrorKind::ConnectionReset)), "{answer:?}");
    let entry = admin.await_journal("outcome=brokenOff", 1).await.pop().unwrap();
    assert_eq!((entry.operation.as_deref(), entry.faults.len()), (Some("execute_job"), 1));
    admin.no_faults().await;
    assert_eq!(get(&gateway, &format!("/public/jobs/{LOAD}/logs")).json(), json!([]), "nothing was done");
}

#[tokio::test]
async fn a_redirect() {
    let location = "https://login.example.com/?next=/public";
    let (gateway, _) = with(json!({ "kind": "redirect", "status": 302, "location": location })).await;
    let answer = get(&gateway, "/public/jobs");
    assert_eq!((answer.status, answer.header("location")), (302, Some(location)));
}

#[tokio::test]
async fn an_answer_that_is_lost_after_its_effect() {
    let (gateway, admin) = with(json!({ "kind": "loseAnswer", "body": "html" })).await;
    let answer = post(&gateway, &format!("/public/jobs/{LOAD}/execute"));
    assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html; charset=utf-8")));
    admin.no_faults().await;
    let again = post(&gateway, &format!("/public/jobs/{LOAD}/execute"));
    let runs = get(&gateway, &format!("/public/jobs/{LOAD}/logs")).json();
    assert!(again.status == 409 || runs.as_array().unwrap().len() == 1, "it was done: {again:?} {runs}");
}

#[tokio::test]
async fn rules_have_their_operation_job_turns_and_chance() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let status = |status: u16| json!({ "kind": "status", "status": status });
    let one = admin
        .fault(json!({ "operation": "get_job_status", "job": LOAD, "skip": 1, "count": 2, "effect": status(500) }))
        .await;
    let statuses = |job: &str, count: usize| -> Vec<u16> {
        (0..count).map(|_| get(&gateway, &format!("/public/jobs/{job}/status")).status).collect()
    };
    assert_eq!(statuses(LOAD, 5), [200, 500, 500, 200, 200]);
    assert_eq!(statuses(crate::SLOW, 2), [200, 200]);
    assert_eq!(get(&gateway, "/public/jobs").status, 200);
    let rule = admin.fault_of(one).await;
    assert_eq!(
        (&rule["fitted"], &rule["applied"], &rule["operation"]),
        (&json!(5), &json!(2), &json!("get_job_status"))
    );

    admin.reset().await;
    admin.fault(json!({ "probability": 0.5, "effect": status(500) })).await;
    let refused = (0..100).filter(|_| get(&gateway, "/public/jobs").status == 500).count();
    assert!((30..70).contains(&refused), "{refused}");

    // Several take part: a delay, and the first of those that answer.
    admin.reset().await;
    let delay = json!({ "kind": "delay", "delay": "100ms" });
    for effect in [&delay, &status(503), &status(500), &delay] {
        admin.fault(json!({ "effect": effect })).await;
    }
    let answer = get(&gateway, "/public/jobs");
    assert!(answer.status == 503 && answer.took >= Duration::from_millis(200), "{answer:?}");
    assert_eq!(admin.journal("").await.pop().unwrap().faults.len(), 4);
}

#[tokio::test]
async fn a_run_is_not_disturbed_by_what_clients_see() {
    let (gateway, admin) = with(json!({ "kind": "status", "status": 500 })).await;
    admin.no_faults().await;
    let trigger_id = execute(&gateway, LOAD);
    admin.fault(json!({ "count": 3, "effect": { "kind": "reset" } })).await;
    for _ in 0..3 {
        get(&gateway, "/public/jobs");
    }
    let run = crate::until(&gateway, LOAD, &trigger_id, crate::ended);
    assert_eq!(run["State"], 5);
}
