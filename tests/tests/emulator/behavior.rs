//! The settings of the behavior that change requests, statuses, headers and errors.

use serde_json::{Value, json};
use txjobs_test_support::{AdminApi, TestServer, wait_until_blocking};

use crate::{
    JOBS, LOAD, SLOW, UNKNOWN_ID, execute, get, has_ended, line_count, post, send_raw, wait_for_run,
};

/// Starts an emulator with this behavior.
pub async fn emulator_with(settings: Value) -> (TestServer, AdminApi) {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.set_behavior(settings).await;
    (server, admin)
}

#[tokio::test]
async fn behavior_is_replaced_completely() {
    let (_gateway, admin) = emulator_with(json!({ "casing": "camel", "startDelay": "90s" })).await;
    let behavior = admin.behavior().await;
    assert_eq!(
        (&behavior["casing"], &behavior["startDelay"], &behavior["times"]),
        (&json!("camel"), &json!("90s"), &json!("utc"))
    );
    admin.set_behavior(json!({ "times": "offset" })).await;
    assert_eq!(admin.behavior().await["casing"], "pascal", "a missing setting gets its default");
    admin.reset_behavior().await;
    assert_eq!(admin.behavior().await["times"], "utc");
}

#[tokio::test]
async fn prefix_moves_the_operations() {
    let (server, _) = emulator_with(json!({ "prefix": "/tenant/api" })).await;
    assert_eq!(get(&server, "/tenant/api/public/jobs").json().as_array().unwrap().len(), 2);
    assert_eq!(post(&server, &format!("/tenant/api/public/jobs/{LOAD}/execute")).status, 200);
    for path in ["/public/jobs", "/tenant/public/jobs", "/tenant/api/public", "/tenant/apis/public/jobs"] {
        assert_eq!(get(&server, path).status, 404, "{path}");
    }
    assert_eq!(get(&server, "/health").status, 200);
}

#[tokio::test]
async fn key_header_replaces_the_default() {
    let (server, admin) = emulator_with(json!({ "keyHeader": "X-Tenant-Key" })).await;
    let key = server.key();
    let with_header =
        |name: &str| send_raw(server.address(), &format!("GET /public/jobs HTTP/1.1\r\n{name}: {key}\r\n"));
    assert_eq!(with_header("x-tenant-key").status, 200);
    assert_eq!(with_header("apiKey").status, 401);
    let preflight = send_raw(
        server.address(),
        "OPTIONS /public/jobs HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: GET\r\n\
         access-control-request-headers: x-tenant-key\r\n",
    );
    let allowed: Vec<_> =
        preflight.headers.iter().filter(|(name, _)| name == "access-control-allow-headers").collect();
    assert!(allowed.iter().any(|(_, value)| value.contains("x-tenant-key")), "{preflight:?}");
    assert_eq!(admin.journal("status=401").await[0].headers, ["apikey", "connection", "host"]);
}

#[tokio::test]
async fn disabled_extensions_are_ignored() {
    let (server, _) = emulator_with(json!({ "extensions": false })).await;
    let response = get(&server, "/public/jobs");
    assert!(
        response.header("x-txjobs-extensions").is_none() && response.header("etag").is_none(),
        "{response:?}"
    );
    assert_eq!(post(&server, &format!("/public/jobs/{LOAD}/cancel")).status, 404);
    let trigger_id = execute(&server, LOAD);
    let run = wait_for_run(&server, LOAD, &trigger_id, has_ended);
    let last = run["JobExecutionLogs"][4]["Id"].as_str().unwrap();
    let again = get(&server, &format!("/public/jobs/{LOAD}/logs/{trigger_id}?after={last}")).json();
    assert_eq!(line_count(&again[0]), 5, "the parameter is ignored");
    let logs = get(&server, &format!("/public/jobs/{LOAD}/logs?logs=none&limit=nonsense"));
    assert_eq!((logs.status, line_count(&logs.json()[0])), (200, 5));
}

#[tokio::test]
async fn execute_status_applies_to_executes_only() {
    for status in [201, 202] {
        let (server, _) = emulator_with(json!({ "executeStatus": status })).await;
        assert_eq!(post(&server, &format!("/public/jobs/{LOAD}/execute")).status, status);
        assert_eq!(get(&server, "/public/jobs").status, 200);
    }
}

#[tokio::test]
async fn errors_are_written_in_every_format() {
    for (errors, content_type, contains) in [
        ("camelMessage", "application/json", "{\"message\":\"There is no such job"),
        ("problem", "application/problem+json", "\"detail\":\"There is no such job"),
        ("plain", "text/plain; charset=utf-8", "There is no such job"),
        ("html", "text/html; charset=utf-8", "<h1>404 Not Found</h1>"),
        ("empty", "", ""),
    ] {
        let (server, _) = emulator_with(json!({ "errors": errors })).await;
        let response = get(&server, &format!("/public/jobs/{UNKNOWN_ID}/status"));
        assert_eq!(
            (response.status, response.header("content-type").unwrap_or_default()),
            (404, content_type),
            "{errors}"
        );
        assert!(
            response.body.contains(contains) && (errors != "empty" || response.body.is_empty()),
            "{response:?}"
        );
        // A path without an operation, too.
        let unknown = get(&server, "/public/nowhere");
        assert_eq!(unknown.header("content-type").unwrap_or_default(), content_type, "{unknown:?}");
    }
}

#[tokio::test]
async fn execute_of_a_busy_job_is_refused_or_queued() {
    let path = format!("/public/jobs/{SLOW}/execute");
    let (server, _) = emulator_with(json!({ "busy": "badRequest" })).await;
    execute(&server, SLOW);
    let refused = post(&server, &path);
    assert_eq!(
        (refused.status, refused.json()["Message"].as_str()),
        (400, Some("The job is already pending or running."))
    );

    let (server, admin) = emulator_with(json!({ "busy": "queue" })).await;
    admin.freeze_clock().await;
    let first = execute(&server, SLOW);
    wait_for_run(&server, SLOW, &first, |run| line_count(run) == 1);
    let (second, third) = (execute(&server, SLOW), execute(&server, SLOW));
    assert!(first != second && second != third);
    let logs = |trigger_id: &str| get(&server, &format!("/public/jobs/{SLOW}/logs/{trigger_id}")).json();
    assert_eq!(logs(&second), json!([]), "the run is queued");
    assert_eq!(get(&server, &format!("/public/jobs/{SLOW}/status")).json()["Status"], 2);
    admin.advance_clock("1h").await;
    wait_for_run(&server, SLOW, &first, has_ended);
    wait_for_run(&server, SLOW, &second, |run| line_count(run) == 1);
    // A cancel ends the running run, and the next run starts.
    let canceled = post(&server, &format!("/public/jobs/{SLOW}/cancel")).json();
    assert_eq!(canceled["TriggerId"], second.as_str());
    wait_for_run(&server, SLOW, &second, has_ended);
    wait_for_run(&server, SLOW, &third, |run| line_count(run) == 1);
    admin.set_behavior(json!({})).await;
    assert_eq!(post(&server, &path).status, 409);
    admin.advance_clock("1h").await;
    wait_for_run(&server, SLOW, &third, has_ended);
}

#[tokio::test]
async fn logs_of_pending_and_unknown_runs_follow_the_settings() {
    for (setting, status) in [("empty", 200), ("notFound", 404), ("created", 200)] {
        let (server, admin) = emulator_with(json!({ "pendingLogs": setting, "startDelay": "5m" })).await;
        admin.freeze_clock().await;
        let trigger_id = execute(&server, LOAD);
        let response = get(&server, &format!("/public/jobs/{LOAD}/logs/{trigger_id}"));
        assert_eq!(response.status, status, "{setting}");
        if setting == "created" {
            let runs = response.json();
            assert_eq!((&runs[0]["State"], &runs[0]["JobExecutionLogs"]), (&json!(0), &json!([])));
            assert_eq!(runs[0]["TriggerId"], trigger_id.as_str());
        }
        assert_eq!(
            get(&server, &format!("/public/jobs/{LOAD}/logs/{UNKNOWN_ID}")).json(),
            json!([]),
            "{setting}"
        );
        admin.set_clock(json!({ "speed": 1 })).await;
        admin.advance_clock("5m").await;
        wait_for_run(&server, LOAD, &trigger_id, has_ended);
    }
    let (server, _) = emulator_with(json!({ "unknownTrigger": "notFound" })).await;
    assert_eq!(get(&server, &format!("/public/jobs/{LOAD}/logs/{UNKNOWN_ID}")).status, 404);
    let trigger_id = execute(&server, LOAD);
    assert_eq!(get(&server, &format!("/public/jobs/{LOAD}/logs/{trigger_id}")).status, 200);
}

#[tokio::test]
async fn unknown_jobs_and_bad_keys_have_their_status() {
    let (server, _) = emulator_with(json!({ "unknownJob": 400, "invalidKey": 403 })).await;
    assert_eq!(get(&server, &format!("/public/jobs/{UNKNOWN_ID}/status")).status, 400);
    assert_eq!(post(&server, &format!("/public/jobs/{UNKNOWN_ID}/execute")).status, 400);
    assert_eq!(send_raw(server.address(), "GET /public/jobs HTTP/1.1\r\napiKey: wrong\r\n").status, 403);
    assert_eq!(send_raw(server.address(), "GET /public/jobs HTTP/1.1\r\n").status, 403);
    assert_eq!(get(&server, "/public/nowhere").status, 404);
}

#[tokio::test]
async fn disabled_cors_sends_no_headers() {
    let (server, _) = emulator_with(json!({ "cors": false })).await;
    let key = server.key();
    let response = send_raw(
        server.address(),
        &format!("GET /public/jobs HTTP/1.1\r\norigin: https://a.example\r\napiKey: {key}\r\n"),
    );
    assert_eq!(response.status, 200);
    assert!(response.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{response:?}");
    let preflight = send_raw(
        server.address(),
        "OPTIONS /public/jobs HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: GET\r\n",
    );
    assert!(
        preflight.status == 405 && preflight.header("access-control-allow-origin").is_none(),
        "{preflight:?}"
    );
}

#[tokio::test]
async fn rate_limit_is_written_in_both_formats() {
    for (form, expected) in [("seconds", "60"), ("date", "Sat, 14 Mar 2026 02:01:00 GMT")] {
        let (server, admin) =
            emulator_with(json!({ "rateLimit": { "requests": 2, "per": "1m", "retryAfter": form } })).await;
        admin.set_clock(json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 })).await;
        let responses: Vec<_> = (0..3).map(|_| get(&server, "/public/jobs")).collect();
        assert_eq!(responses.iter().map(|response| response.status).collect::<Vec<_>>(), [200, 200, 429]);
        assert_eq!(responses[2].header("retry-after"), Some(expected));
        admin.advance_clock("1m").await;
        assert_eq!(get(&server, "/public/jobs").status, 200);
    }
}

#[tokio::test]
async fn start_delay_keeps_the_run_pending() {
    let (server, admin) = emulator_with(json!({ "startDelay": "2m" })).await;
    admin.freeze_clock().await;
    let trigger_id = execute(&server, LOAD);
    admin.advance_clock("119s").await;
    let status = || get(&server, &format!("/public/jobs/{LOAD}/status")).json()["Status"].clone();
    assert_eq!(status(), 1);
    assert_eq!(post(&server, &format!("/public/jobs/{LOAD}/execute")).status, 409);
    admin.advance_clock("1s").await;
    wait_for_run(&server, LOAD, &trigger_id, |run| run["State"] == 1);
    assert_eq!(status(), 2);
}

#[tokio::test]
async fn settings_combine_with_each_other_and_with_faults() {
    let (server, admin) = emulator_with(json!({
        "prefix": "/v2", "keyHeader": "x-api-key", "casing": "camel", "times": "noZone", "fractionDigits": 3,
        "errors": "problem", "executeStatus": 202, "extensions": false, "order": "reversed", "fields": "more",
    }))
    .await;
    let key = server.key();
    let send = |method: &str, path: &str| {
        send_raw(
            server.address(),
            &format!("{method} /v2{path} HTTP/1.1\r\nx-api-key: {key}\r\ncontent-length: 0\r\n"),
        )
    };
    let started = send("POST", &format!("/public/jobs/{LOAD}/execute"));
    assert_eq!(started.status, 202);
    let trigger_id = started.json()["triggerId"].as_str().unwrap().to_owned();
    let path = format!("/public/jobs/{LOAD}/logs/{trigger_id}");
    let entries = admin.wait_for_journal(&format!("trigger_id={trigger_id}"), 1).await;
    assert_eq!(entries[0].operation.as_deref(), Some("execute_job"));
    let run = wait_until_blocking("the end of the run", || {
        let run = send("GET", &path).json()[0].clone();
        (run["state"] == 5).then_some(run)
    });
    assert_eq!(run["jobExecutionLogs"][4]["message"], "Reading");
    assert_eq!(run["endTime"].as_str().unwrap().len(), "2026-03-14T02:00:02.117".len());
    admin.add_fault(json!({ "effect": { "kind": "truncate", "after": 10 } })).await;
    assert_eq!(send("GET", &path).body.len(), 10);
    admin.clear_faults().await;
    admin.add_fault(json!({ "effect": { "kind": "status", "status": 500 } })).await;
    assert_eq!(send("GET", &path).json()["status"], 500, "the fault uses the error format of the behavior");
}
