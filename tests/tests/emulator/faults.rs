//! Each kind of fault.

use std::{io::ErrorKind, time::Duration};

use serde_json::{Value, json};
use txjobs_test_support::{AdminApi, TestServer};

use crate::{JOBS, LOAD, execute, get, post, send_raw};

/// Starts an emulator with a fault rule of this effect.
async fn emulator_with(effect: Value) -> (TestServer, AdminApi) {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.add_fault(json!({ "effect": effect })).await;
    (server, admin)
}

#[tokio::test]
async fn status_has_a_body_of_every_kind() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    for (body, content_type, beginning) in [
        ("message", "application/json", "{\"Message\":\""),
        ("camelMessage", "application/json", "{\"message\":\""),
        ("problem", "application/problem+json", "{\""),
        ("plain", "text/plain; charset=utf-8", "A rule"),
        ("html", "text/html; charset=utf-8", "<!doctype html>"),
        ("empty", "", ""),
    ] {
        admin.clear_faults().await;
        admin.add_fault(json!({ "effect": { "kind": "status", "status": 503, "body": body } })).await;
        let response = get(&server, "/public/jobs");
        assert_eq!(
            (response.status, response.header("content-type").unwrap_or_default()),
            (503, content_type),
            "{body}"
        );
        assert!(response.body.starts_with(beginning), "{body}: {}", response.body);
        assert!(response.is_complete);
    }
    let problem = {
        admin.clear_faults().await;
        admin.add_fault(json!({ "effect": { "kind": "status", "status": 418, "body": "problem" } })).await;
        get(&server, "/public/jobs").json()
    };
    assert_eq!((&problem["status"], &problem["title"]), (&json!(418), &json!("I'm a teapot")));
    // The response has the CORS headers, too.
    let response = send_raw(server.address(), "GET /public/jobs HTTP/1.1\r\norigin: https://a.example\r\n");
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn status_without_a_body_is_complete_and_empty() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    for status in [204, 205, 304] {
        for other in
            [json!({ "kind": "drip", "bytesPerSecond": 10 }), json!({ "kind": "truncate", "after": 1 })]
        {
            admin.clear_faults().await;
            admin.add_fault(json!({ "effect": { "kind": "status", "status": status } })).await;
            admin.add_fault(json!({ "effect": other })).await;
            let response = get(&server, "/public/jobs");
            assert_eq!((response.status, response.bytes.len()), (status, 0), "{response:?}");
            let length = response.header("content-length").unwrap_or("0");
            assert!(length == "0" && response.header("content-type").is_none(), "{response:?}");
            assert!(response.header("transfer-encoding").is_none(), "{response:?}");
        }
    }
}

#[tokio::test]
async fn status_fault_prevents_the_operation() {
    let (server, admin) = emulator_with(json!({ "kind": "status", "status": 500 })).await;
    assert_eq!(post(&server, &format!("/public/jobs/{LOAD}/execute")).status, 500);
    admin.clear_faults().await;
    assert_eq!(get(&server, &format!("/public/jobs/{LOAD}/logs")).json(), json!([]));
    assert_eq!(get(&server, &format!("/public/jobs/{LOAD}/status")).json()["Status"], 0);
}

#[tokio::test]
async fn retry_after_is_written_in_both_formats() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.set_clock(json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 })).await;
    for (form, value) in [("seconds", "30"), ("date", "Sat, 14 Mar 2026 02:00:30 GMT")] {
        admin.clear_faults().await;
        let retry_after = json!({ "seconds": 30, "form": form });
        admin
            .add_fault(json!({ "effect": { "kind": "status", "status": 429, "retryAfter": retry_after } }))
            .await;
        let response = get(&server, "/public/jobs");
        assert_eq!((response.status, response.header("retry-after")), (429, Some(value)));
    }
}

#[tokio::test]
async fn delay_is_before_the_first_byte_and_follows_the_clock() {
    let (server, admin) = emulator_with(json!({ "kind": "delay", "delay": "300ms" })).await;
    let response = get(&server, "/public/jobs");
    assert_eq!(response.status, 200);
    assert!(response.first_byte_time >= Duration::from_millis(300), "{response:?}");

    admin.freeze_clock().await;
    let response = tokio::task::spawn_blocking({
        let (address, key) = (server.address().to_owned(), server.key().to_owned());
        move || send_raw(&address, &format!("GET /public/jobs/status HTTP/1.1\r\napiKey: {key}\r\n"))
    });
    let under_way = admin.wait_for_journal("operation=list_job_statuses&outcome=inProgress", 1).await;
    assert_eq!((under_way[0].status, under_way[0].concurrent_requests), (None, 1));
    admin.advance_clock("300ms").await;
    assert_eq!(response.await.unwrap().status, 200);
}

#[tokio::test]
async fn drip_limits_the_rate_of_the_body() {
    let (server, _) = emulator_with(json!({ "kind": "drip", "bytesPerSecond": 400 })).await;
    let response = send_raw(
        server.address(),
        &format!("GET /public/jobs HTTP/1.1\r\napiKey: {}\r\naccept-encoding: br, gzip\r\n", server.key()),
    );
    assert!(response.is_complete, "{response:?}");
    assert_eq!(response.json().as_array().unwrap().len(), 2, "the body is not compressed");
    let min_time = Duration::from_millis(response.body.len() as u64 * 1000 / 400 - 100);
    assert!(response.total_time >= min_time && response.first_byte_time < min_time / 2, "{response:?}");
}

#[tokio::test]
async fn cut_off_breaks_the_connection_and_truncate_does_not() {
    for (kind, is_complete) in [("cutOff", false), ("truncate", true)] {
        let (server, admin) = emulator_with(json!({ "kind": kind, "after": 20 })).await;
        let complete = {
            admin.clear_faults().await;
            get(&server, "/public/jobs").body
        };
        for (after, length) in [(20, 20), (0, 0), (1_000_000, complete.len() - 1)] {
            admin.clear_faults().await;
            admin.add_fault(json!({ "effect": { "kind": kind, "after": after } })).await;
            let response = get(&server, "/public/jobs");
            assert_eq!(
                (response.status, response.is_complete),
                (200, is_complete),
                "{kind} {after}: {response:?}"
            );
            assert_eq!(response.body, complete[..length], "{kind} {after}");
            // A truncated response is complete for HTTP. Only its JSON is incomplete.
            let framing = if is_complete { "content-length" } else { "transfer-encoding" };
            assert!(response.header(framing).is_some(), "{response:?}");
            let entry = admin.wait_for_journal("outcome=completed", 1).await.pop().unwrap();
            let outcome = if is_complete { "completed" } else { "interrupted" };
            assert!(
                is_complete
                    || admin.wait_for_journal("outcome=interrupted", 1).await.pop().unwrap().faults.len()
                        == 1
            );
            assert!(!is_complete || entry.outcome == outcome);
        }
    }
}

#[tokio::test]
async fn reset_prevents_the_operation() {
    let (server, admin) = emulator_with(json!({ "kind": "reset" })).await;
    let response = post(&server, &format!("/public/jobs/{LOAD}/execute"));
    assert_eq!((response.status, response.error), (0, Some(ErrorKind::ConnectionReset)), "{response:?}");
    let entry = admin.wait_for_journal("outcome=interrupted", 1).await.pop().unwrap();
    assert_eq!((entry.operation.as_deref(), entry.faults.len()), (Some("execute_job"), 1));
    admin.clear_faults().await;
    assert_eq!(get(&server, &format!("/public/jobs/{LOAD}/logs")).json(), json!([]), "no run was started");
}

#[tokio::test]
async fn redirect_has_its_location() {
    let location = "https://login.example.com/?next=/public";
    let (server, _) = emulator_with(json!({ "kind": "redirect", "status": 302, "location": location })).await;
    let response = get(&server, "/public/jobs");
    assert_eq!((response.status, response.header("location")), (302, Some(location)));
}

#[tokio::test]
async fn lost_answer_is_after_the_operation() {
    let (server, admin) = emulator_with(json!({ "kind": "loseResponse", "body": "html" })).await;
    let response = post(&server, &format!("/public/jobs/{LOAD}/execute"));
    assert_eq!((response.status, response.header("content-type")), (502, Some("text/html; charset=utf-8")));
    admin.clear_faults().await;
    let again = post(&server, &format!("/public/jobs/{LOAD}/execute"));
    let runs = get(&server, &format!("/public/jobs/{LOAD}/logs")).json();
    assert!(
        again.status == 409 || runs.as_array().unwrap().len() == 1,
        "the run was started: {again:?} {runs}"
    );
}

#[tokio::test]
async fn rules_apply_by_operation_job_count_and_probability() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let status = |status: u16| json!({ "kind": "status", "status": status });
    let one = admin
        .add_fault(json!({ "operation": "get_job_status", "job": LOAD, "skip": 1, "count": 2, "effect": status(500) }))
        .await;
    let statuses = |job: &str, count: usize| -> Vec<u16> {
        (0..count).map(|_| get(&server, &format!("/public/jobs/{job}/status")).status).collect()
    };
    assert_eq!(statuses(LOAD, 5), [200, 500, 500, 200, 200]);
    assert_eq!(statuses(crate::SLOW, 2), [200, 200]);
    assert_eq!(get(&server, "/public/jobs").status, 200);
    let rule = admin.fault(one).await;
    assert_eq!(
        (&rule["matched"], &rule["applied"], &rule["operation"]),
        (&json!(5), &json!(2), &json!("get_job_status"))
    );

    admin.reset().await;
    admin.add_fault(json!({ "probability": 0.5, "effect": status(500) })).await;
    let refused = (0..100).filter(|_| get(&server, "/public/jobs").status == 500).count();
    assert!((30..70).contains(&refused), "{refused}");

    // Several rules apply: the delays, and the first one that responds.
    admin.reset().await;
    let delay = json!({ "kind": "delay", "delay": "100ms" });
    for effect in [&delay, &status(503), &status(500), &delay] {
        admin.add_fault(json!({ "effect": effect })).await;
    }
    let response = get(&server, "/public/jobs");
    assert!(response.status == 503 && response.total_time >= Duration::from_millis(200), "{response:?}");
    assert_eq!(admin.journal("").await.pop().unwrap().faults.len(), 4);
}

#[tokio::test]
async fn faults_do_not_affect_the_run() {
    let (server, admin) = emulator_with(json!({ "kind": "status", "status": 500 })).await;
    admin.clear_faults().await;
    let trigger_id = execute(&server, LOAD);
    admin.add_fault(json!({ "count": 3, "effect": { "kind": "reset" } })).await;
    for _ in 0..3 {
        get(&server, "/public/jobs");
    }
    let run = crate::wait_for_run(&server, LOAD, &trigger_id, crate::has_ended);
    assert_eq!(run["State"], 5);
}
