//! Each setting, seen on the wire: the column "must also work" of what is known of the API.

use serde_json::{Value, json};
use txjobs_tests::{admin::Admin, gateway::Gateway};

use crate::{JOBS, LOAD, NOWHERE, SLOW, ask, ended, execute, get, line_count, post, until};

async fn with(settings: Value) -> (Gateway, Admin) {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.behavior(settings).await;
    (gateway, admin)
}

/// A run of "Load" as it is shown with these settings.
async fn run_with(settings: Value) -> Value {
    let (gateway, admin) = with(json!({})).await;
    let trigger_id = execute(&gateway, LOAD);
    until(&gateway, LOAD, &trigger_id, ended);
    admin.behavior(settings).await;
    get(&gateway, &format!("/public/jobs/{LOAD}/logs/{trigger_id}")).json()[0].clone()
}

#[tokio::test]
async fn it_is_told_and_asked_as_a_whole() {
    let (_gateway, admin) = with(json!({ "casing": "camel", "pickUp": "90s" })).await;
    let behavior = async || -> Value {
        admin.request(reqwest::Method::GET, "/behavior").send().await.unwrap().json().await.unwrap()
    };
    let told = behavior().await;
    assert_eq!(
        (&told["casing"], &told["pickUp"], &told["times"]),
        (&json!("camel"), &json!("90s"), &json!("utc"))
    );
    admin.behavior(json!({ "times": "offset" })).await;
    assert_eq!(behavior().await["casing"], "pascal", "what is not given gets its default");
    admin.request(reqwest::Method::DELETE, "/behavior").send().await.unwrap();
    assert_eq!(behavior().await["times"], "utc");
}

#[tokio::test]
async fn a_path_prefix() {
    let (gateway, _) = with(json!({ "prefix": "/tenant/api" })).await;
    assert_eq!(get(&gateway, "/tenant/api/public/jobs").json().as_array().unwrap().len(), 2);
    assert_eq!(post(&gateway, &format!("/tenant/api/public/jobs/{LOAD}/execute")).status, 200);
    for path in ["/public/jobs", "/tenant/public/jobs", "/tenant/api/public", "/tenant/apis/public/jobs"] {
        assert_eq!(get(&gateway, path).status, 404, "{path}");
    }
    assert_eq!(get(&gateway, "/health").status, 200);
}

#[tokio::test]
async fn another_key_header() {
    let (gateway, admin) = with(json!({ "keyHeader": "X-Tenant-Key" })).await;
    let key = gateway.key();
    let with_header =
        |name: &str| ask(gateway.address(), &format!("GET /public/jobs HTTP/1.1\r\n{name}: {key}\r\n"));
    assert_eq!(with_header("x-tenant-key").status, 200);
    assert_eq!(with_header("apiKey").status, 401);
    let preflight = ask(
        gateway.address(),
        "OPTIONS /public/jobs HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: GET\r\n\
         access-control-request-headers: x-tenant-key\r\n",
    );
    let allowed: Vec<_> =
        preflight.headers.iter().filter(|(name, _)| name == "access-control-allow-headers").collect();
    assert!(allowed.iter().any(|(_, value)| value.contains("x-tenant-key")), "{preflight:?}");
    assert_eq!(admin.journal("status=401").await[0].headers, ["apikey", "connection", "host"]);
}

#[tokio::test]
async fn a_server_without_extensions() {
    let (gateway, _) = with(json!({ "extensions": false })).await;
    let answer = get(&gateway, "/public/jobs");
    assert!(answer.header("x-txjobs-extensions").is_none() && answer.header("etag").is_none(), "{answer:?}");
    assert_eq!(post(&gateway, &format!("/public/jobs/{LOAD}/cancel")).status, 404);
    let trigger_id = execute(&gateway, LOAD);
    let run = until(&gateway, LOAD, &trigger_id, ended);
    let last = run["JobExecutionLogs"][4]["Id"].as_str().unwrap();
    let again = get(&gateway, &format!("/public/jobs/{LOAD}/logs/{trigger_id}?after={last}")).json();
    assert_eq!(line_count(&again[0]), 5, "the parameter is ignored");
    let logs = get(&gateway, &format!("/public/jobs/{LOAD}/logs?logs=none&limit=nonsense"));
    assert_eq!((logs.status, line_count(&logs.json()[0])), (200, 5));
}

#[tokio::test]
async fn names_in_camel_case() {
    let run = run_with(json!({ "casing": "camel" })).await;
    assert_eq!((&run["state"], &run["jobExecutionLogs"][0]["severity"]), (&json!(5), &json!(0)));
    assert!(run["jobExecutionLogs"][0]["timeStamp"].is_string() && run.get("State").is_none(), "{run}");
    let (gateway, _) = with(json!({ "casing": "camel" })).await;
    assert_eq!(get(&gateway, "/public/jobs").json()[0]["name"], "Load");
    assert_eq!(get(&gateway, "/public/jobs/status").json()[0]["status"], 0);
    assert!(post(&gateway, &format!("/public/jobs/{LOAD}/execute")).json()["triggerId"].is_string());
}

#[tokio::test]
async fn times_of_every_form() {
    for (settings, fits) in [
        (json!({ "times": "offset" }), (|t| t.ends_with("+02:00")) as fn(&str) -> bool),
        (json!({ "times": "noZone" }), |t| t.len() >= 19 && t.ends_with(|c: char| c.is_ascii_digit())),
        (json!({ "fractionDigits": 0 }), |t| t.len() == "2026-03-14T02:00:02Z".len()),
        (json!({ "fractionDigits": 7 }), |t| t.len() == "2026-03-14T02:00:02.1170000Z".len()),
        (json!({ "times": "empty" }), |t| t.is_empty()),
    ] {
        let run = run_with(settings.clone()).await;
        for time in [&run["CreateTime"], &run["EndTime"], &run["JobExecutionLogs"][0]["TimeStamp"]] {
            assert!(fits(time.as_str().unwrap()), "{settings}: {time}");
        }
    }
    assert!(run_with(json!({ "times": "null" })).await["CreateTime"].is_null());
    assert!(run_with(json!({ "times": "missing" })).await.get("CreateTime").is_none());
}

#[tokio::test]
async fn the_status_of_an_execute() {
    for status in [201, 202] {
        let (gateway, _) = with(json!({ "executeStatus": status })).await;
        assert_eq!(post(&gateway, &format!("/public/jobs/{LOAD}/execute")).status, status);
        assert_eq!(get(&gateway, "/public/jobs").status, 200);
    }
}

#[tokio::test]
async fn the_bodies_of_errors() {
    for (errors, content_type, contains) in [
        ("camelMessage", "application/json", "{\"message\":\"There is no such job"),
        ("problem", "application/problem+json", "\"detail\":\"There is no such job"),
        ("plain", "text/plain; charset=utf-8", "There is no such job"),
        ("html", "text/html; charset=utf-8", "<h1>404 Not Found</h1>"),
        ("empty", "", ""),
    ] {
        let (gateway, _) = with(json!({ "errors": errors })).await;
        let answer = get(&gateway, &format!("/public/jobs/{NOWHERE}/status"));
        assert_eq!(
            (answer.status, answer.header("content-type").unwrap_or_default()),
            (404, content_type),
            "{errors}"
        );
        assert!(
            answer.body.contains(contains) && (errors != "empty" || answer.body.is_empty()),
            "{answer:?}"
        );
        // Also where there is no operation.
        let nowhere = get(&gateway, "/public/nowhere");
        assert_eq!(nowhere.header("content-type").unwrap_or_default(), content_type, "{nowhere:?}");
    }
}

#[tokio::test]
async fn an_execute_while_the_job_is_busy() {
    let path = format!("/public/jobs/{SLOW}/execute");
    let (gateway, _) = with(json!({ "busy": "badRequest" })).await;
    execute(&gateway, SLOW);
    let refused = post(&gateway, &path);
    assert_eq!(
        (refused.status, refused.json()["Message"].as_str()),
        (400, Some("The job is already pending or running."))
    );

    let (gateway, admin) = with(json!({ "busy": "queue" })).await;
    admin.freeze().await;
    let first = execute(&gateway, SLOW);
    until(&gateway, SLOW, &first, |run| line_count(run) == 1);
    let (second, third) = (execute(&gateway, SLOW), execute(&gateway, SLOW));
    assert!(first != second && second != third);
    let logs = |trigger_id: &str| get(&gateway, &format!("/public/jobs/{SLOW}/logs/{trigger_id}")).json();
    assert_eq!(logs(&second), json!([]), "it waits");
    assert_eq!(get(&gateway, &format!("/public/jobs/{SLOW}/status")).json()["Status"], 2);
    admin.advance("1h").await;
    until(&gateway, SLOW, &first, ended);
    until(&gateway, SLOW, &second, |run| line_count(run) == 1);
    // What is canceled is the one that runs, and then the one that waits.
    let canceled = post(&gateway, &format!("/public/jobs/{SLOW}/cancel")).json();
    assert_eq!(canceled["TriggerId"], second.as_str());
    until(&gateway, SLOW, &second, ended);
    until(&gateway, SLOW, &third, |run| line_count(run) == 1);
    admin.behavior(json!({})).await;
    assert_eq!(post(&gateway, &path).status, 409);
    admin.advance("1h").await;
    until(&gateway, SLOW, &third, ended);
}

#[tokio::test]
async fn the_log_of_a_pending_run_and_of_an_unknown_one() {
    for (setting, status) in [("empty", 200), ("notFound", 404), ("created", 200)] {
        let (gateway, admin) = with(json!({ "pendingLogs": setting, "pickUp": "5m" })).await;
        admin.freeze().await;
        let trigger_id = execute(&gateway, LOAD);
        let answer = get(&gateway, &format!("/public/jobs/{LOAD}/logs/{trigger_id}"));
        assert_eq!(answer.status, status, "{setting}");
        if setting == "created" {
            let runs = answer.json();
            assert_eq!((&runs[0]["State"], &runs[0]["JobExecutionLogs"]), (&json!(0), &json!([])));
            assert_eq!(runs[0]["TriggerId"], trigger_id.as_str());
        }
        assert_eq!(
            get(&gateway, &format!("/public/jobs/{LOAD}/logs/{NOWHERE}")).json(),
            json!([]),
            "{setting}"
        );
        admin.clock(json!({ "speed": 1 })).await;
        admin.advance("5m").await;
        until(&gateway, LOAD, &trigger_id, ended);
    }
    let (gateway, _) = with(json!({ "unknownTrigger": "notFound" })).await;
    assert_eq!(get(&gateway, &format!("/public/jobs/{LOAD}/logs/{NOWHERE}")).status, 404);
    let trigger_id = execute(&gateway, LOAD);
    assert_eq!(get(&gateway, &format!("/public/jobs/{LOAD}/logs/{trigger_id}")).status, 200);
}

#[tokio::test]
async fn unknown_jobs_and_bad_keys() {
    let (gateway, _) = with(json!({ "unknownJob": 400, "badKey": 403 })).await;
    assert_eq!(get(&gateway, &format!("/public/jobs/{NOWHERE}/status")).status, 400);
    assert_eq!(post(&gateway, &format!("/public/jobs/{NOWHERE}/execute")).status, 400);
    assert_eq!(ask(gateway.address(), "GET /public/jobs HTTP/1.1\r\napiKey: wrong\r\n").status, 403);
    assert_eq!(ask(gateway.address(), "GET /public/jobs HTTP/1.1\r\n").status, 403);
    assert_eq!(get(&gateway, "/public/nowhere").status, 404);
}

#[tokio::test]
async fn any_order_and_repeats() {
    let messages = |run: &Value| -> Vec<String> {
        let lines = run["JobExecutionLogs"].as_array().unwrap();
        lines.iter().map(|line| line["Message"].as_str().unwrap().to_owned()).collect()
    };
    let usual = messages(&run_with(json!({})).await);
    let mut reversed = messages(&run_with(json!({ "order": "reversed" })).await);
    reversed.reverse();
    assert_eq!(reversed, usual);
    let mut shuffled = messages(&run_with(json!({ "order": "shuffled" })).await);
    assert_ne!(shuffled, usual);
    shuffled.sort();
    let mut sorted = usual.clone();
    sorted.sort();
    assert_eq!(shuffled, sorted);
    let repeated = messages(&run_with(json!({ "repeats": true })).await);
    assert_eq!(repeated.len(), 7, "{repeated:?}");
    assert_eq!((&repeated[0], &repeated[1]), (&usual[0], &usual[0]));
}

#[tokio::test]
async fn lines_that_come_after_the_final_state() {
    let (gateway, admin) = with(json!({ "lateLines": "10m" })).await;
    let trigger_id = execute(&gateway, LOAD);
    let run = until(&gateway, LOAD, &trigger_id, ended);
    assert_eq!(line_count(&run), 0, "{run}");
    let answer = get(&gateway, "/public/jobs");
    assert_eq!(
        answer.header("x-txjobs-extensions"),
        Some("cancel, limit, logs"),
        "it makes no promise that it breaks"
    );
    admin.advance("10m").await;
    assert_eq!(line_count(&until(&gateway, LOAD, &trigger_id, ended)), 5);
}

#[tokio::test]
async fn numbers_that_nobody_knows() {
    let run = run_with(json!({ "numbers": "unknown" })).await;
    assert_eq!((&run["State"], &run["JobExecutionLogs"][1]["Severity"]), (&json!(10), &json!(7)));
    let (gateway, admin) = with(json!({ "numbers": "unknown" })).await;
    admin.freeze().await;
    let trigger_id = execute(&gateway, SLOW);
    until(&gateway, SLOW, &trigger_id, |run| line_count(run) == 1);
    assert_eq!(get(&gateway, &format!("/public/jobs/{SLOW}/status")).json()["Status"], 7);
}

#[tokio::test]
async fn more_and_fewer_properties_and_null_for_an_empty_array() {
    let more = run_with(json!({ "fields": "more" })).await;
    assert!(more["Environment"].is_object() && more["JobExecutionLogs"][0]["Tags"].is_array(), "{more}");
    let fewer = run_with(json!({ "fields": "fewer" })).await;
    assert_eq!(fewer.as_object().unwrap().keys().collect::<Vec<_>>(), ["Id", "JobId", "State"]);
    let (gateway, admin) = with(json!({ "emptyArrays": "null" })).await;
    assert_eq!(get(&gateway, &format!("/public/jobs/{LOAD}/logs")).json(), Value::Null);
    admin.freeze().await;
    let trigger_id = execute(&gateway, LOAD);
    let run = until(&gateway, LOAD, &trigger_id, |run| run["State"] == 1);
    assert!(run["JobExecutionLogs"].is_null() || line_count(&run) > 0, "{run}");
    let none = get(&gateway, &format!("/public/jobs/{LOAD}/logs?logs=none")).json();
    assert!(none[0]["JobExecutionLogs"].is_null(), "{none}");
}

#[tokio::test]
async fn no_cors() {
    let (gateway, _) = with(json!({ "cors": false })).await;
    let key = gateway.key();
    let answer = ask(
        gateway.address(),
        &format!("GET /public/jobs HTTP/1.1\r\norigin: https://a.example\r\napiKey: {key}\r\n"),
    );
    assert_eq!(answer.status, 200);
    assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{answer:?}");
    let preflight = ask(
        gateway.address(),
        "OPTIONS /public/jobs HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: GET\r\n",
    );
    assert!(
        preflight.status == 405 && preflight.header("access-control-allow-origin").is_none(),
        "{preflight:?}"
    );
}

#[tokio::test]
async fn a_rate_limit_in_both_forms() {
    for (form, expected) in [("seconds", "60"), ("date", "Sat, 14 Mar 2026 02:01:00 GMT")] {
        let (gateway, admin) =
            with(json!({ "rateLimit": { "requests": 2, "per": "1m", "retryAfter": form } })).await;
        admin.clock(json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 })).await;
        let answers: Vec<_> = (0..3).map(|_| get(&gateway, "/public/jobs")).collect();
        assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 429]);
        assert_eq!(answers[2].header("retry-after"), Some(expected));
        admin.advance("1m").await;
        assert_eq!(get(&gateway, "/public/jobs").status, 200);
    }
}

#[tokio::test]
async fn a_run_that_stays_pending() {
    let (gateway, admin) = with(json!({ "pickUp": "2m" })).await;
    admin.freeze().await;
    let trigger_id = execute(&gateway, LOAD);
    admin.advance("119s").await;
    let status = || get(&gateway, &format!("/public/jobs/{LOAD}/status")).json()["Status"].clone();
    assert_eq!(status(), 1);
    assert_eq!(post(&gateway, &format!("/public/jobs/{LOAD}/execute")).status, 409);
    admin.advance("1s").await;
    until(&gateway, LOAD, &trigger_id, |run| run["State"] == 1);
    assert_eq!(status(), 2);
}

#[tokio::test]
async fn settings_combine_with_one_another_and_with_faults() {
    let (gateway, admin) = with(json!({
        "prefix": "/v2", "keyHeader": "x-api-key", "casing": "camel", "times": "noZone", "fractionDigits": 3,
        "errors": "problem", "executeStatus": 202, "extensions": false, "order": "reversed", "fields": "more",
    }))
    .await;
    let key = gateway.key();
    let send = |method: &str, path: &str| {
        ask(
            gateway.address(),
            &format!("{method} /v2{path} HTTP/1.1\r\nx-api-key: {key}\r\ncontent-length: 0\r\n"),
        )
    };
    let started = send("POST", &format!("/public/jobs/{LOAD}/execute"));
    assert_eq!(started.status, 202);
    let trigger_id = started.json()["triggerId"].as_str().unwrap().to_owned();
    let path = format!("/public/jobs/{LOAD}/logs/{trigger_id}");
    let entries = admin.await_journal(&format!("trigger_id={trigger_id}"), 1).await;
    assert_eq!(entries[0].operation.as_deref(), Some("execute_job"));
    let run = loop {
        let run = send("GET", &path).json()[0].clone();
        if run["state"] == 5 {
            break run;
        }
    };
    assert_eq!(run["jobExecutionLogs"][4]["message"], "Reading");
    assert_eq!(run["endTime"].as_str().unwrap().len(), "2026-03-14T02:00:02.117".len());
    admin.fault(json!({ "effect": { "kind": "truncate", "after": 10 } })).await;
    assert_eq!(send("GET", &path).body.len(), 10);
    admin.no_faults().await;
    admin.fault(json!({ "effect": { "kind": "status", "status": 500 } })).await;
    assert_eq!(send("GET", &path).json()["status"], 500, "in the behavior's own body");
}
