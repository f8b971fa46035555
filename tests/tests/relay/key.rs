//! The service's key is found nowhere but in requests to the service.

use std::fs;

use axum::http::HeaderValue;
use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::raw_http::send_raw;
use txjobs_test_support::{FakeServer, TestServer};

use crate::relay::{JOBS, LOAD, SERVICE_KEY, SLOW, folder, get, id, json};

/// Searches the files of the relay, among them its log and its database.
fn files_with_the_key(path: &std::path::Path, key: &str) -> Vec<String> {
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let has_key = |file: &std::path::PathBuf| {
        let bytes = fs::read(file).unwrap();
        bytes.windows(key.len()).any(|part| part == key.as_bytes())
    };
    let found = files.filter(has_key).map(|file| file.file_name().unwrap().to_string_lossy().into_owned());
    found.collect()
}

#[tokio::test]
async fn key_is_in_no_log_file_database_or_argument() {
    let service = TestServer::emulator(JOBS);
    let folder = folder(service.address(), "watch = \"1s\"", service.key());
    let mut serve = folder.serve_command(&["--metrics-listen", "127.0.0.1:0"]);
    serve.env("RUST_LOG", "trace");
    let mut relay = folder.start(serve);
    relay.run("Load").await;
    for effect in [
        json!({ "kind": "status", "status": 401 }),
        json!({ "kind": "status", "status": 500 }),
        json!({ "kind": "reset" }),
        json!({ "kind": "redirect", "location": "/" }),
        json!({ "kind": "cutOff", "after": 1 }),
    ] {
        service.admin().add_fault(json!({ "count": 2, "effect": effect })).await;
        // A response may break off.
        for request in [paths::list_jobs(), paths::execute_job(id(SLOW))] {
            let line = format!(
                "{} {} HTTP/1.1\r\napiKey: {}\r\n",
                request.method(),
                request.path_and_query(),
                relay.key()
            );
            let response = send_raw(relay.address(), &line);
            assert!(!response.body.contains(service.key()), "{response:?}");
        }
    }
    service.admin().wait_for_journal("operation=get_job_logs", 2).await;
    let address = relay.read_metrics_address();
    let metrics = relay.http().get(address).send().await.unwrap().text().await.unwrap();
    assert!(!metrics.contains(service.key()));
    #[cfg(target_os = "linux")]
    for file in ["cmdline", "environ"] {
        let text = fs::read(format!("/proc/{}/{file}", relay.pid())).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(service.key()), "{file}");
    }
    assert_eq!(files_with_the_key(folder.path(), service.key()), ["service-key"]);
    assert!(folder.log().contains("127.0.0.1"), "something was logged");
}

/// A service that repeats the key does not give it to the callers, and it is not archived.
#[tokio::test]
async fn key_that_the_service_repeats_is_removed() {
    let service = FakeServer::start(|_, request| {
        let key = request.headers["apikey"].to_str().unwrap().to_owned();
        let mut response = match request.path() {
            "/public/jobs" => json(200, &json!([{ "Id": LOAD, "Name": key }])),
            path if path.ends_with("logs") => json(
                200,
                &json!([{
                    "Id": SLOW, "JobId": LOAD, "State": 3, "CreateTime": "2026-01-01T00:00:00Z", "EndTime": "2026-01-01T00:00:01Z",
                    "JobExecutionLogs": [{ "Id": SLOW, "Severity": 2, "Message": format!("The key {key} is wrong"),
                        "TimeStamp": "2026-01-01T00:00:00Z" }]
                }]),
            ),
            path if path.ends_with("execute") => json(409, &json!({ "Message": key })),
            _ => json(200, &json!({ "Status": 0, "JobId": LOAD, "Message": key })),
        };
        for name in ["etag", "retry-after"] {
            response.headers_mut().insert(name, HeaderValue::from_str(&format!("\"{key}\"")).unwrap());
        }
        response
    });
    let folder = folder(service.address(), "", SERVICE_KEY);
    let relay = folder.serve(&[]);
    for path in [
        "/public/jobs".to_owned(),
        format!("/public/jobs/{LOAD}/status"),
        format!("/public/jobs/{LOAD}/logs"),
    ] {
        let response = get(&relay, &path).await;
        assert_eq!(response.status, 200);
        assert!(!response.text.contains(SERVICE_KEY) && response.text.contains("****"), "{}", response.text);
        assert!(!format!("{:?}", response.headers).contains(SERVICE_KEY));
    }
    let refused = relay.call(paths::execute_job(id(LOAD))).await;
    assert_eq!(refused.status, 409);
    assert!(!refused.text.contains(SERVICE_KEY));
    let archived = txjobs_test_support::wait_until("the archive", async || {
        let response = get(&relay, &format!("/archive/public/jobs/{LOAD}/logs")).await;
        (response.status == 200 && response.text.contains("is wrong")).then_some(response.text)
    })
    .await;
    assert!(!archived.contains(SERVICE_KEY));
    relay.kill();
    assert_eq!(files_with_the_key(folder.path(), SERVICE_KEY), ["service-key"]);
}

#[tokio::test]
async fn key_of_an_environment_variable_is_used() {
    let service = FakeServer::start(|_, _| json(200, &json!([])));
    let folder = folder(service.address(), "", SERVICE_KEY);
    let config = fs::read_to_string(folder.file("gateway.toml")).unwrap();
    fs::write(
        folder.file("gateway.toml"),
        config.replace("key_file = \"service-key\"", "key_env = \"SERVICE_KEY\""),
    )
    .unwrap();
    let mut serve = folder.serve_command(&[]);
    serve.env("SERVICE_KEY", "another-key-of-the-service");
    let relay = folder.start(serve);
    assert_eq!(relay.call(paths::list_jobs()).await.status, 200);
    assert_eq!(service.requests()[0].headers["apikey"], "another-key-of-the-service");
}

/// The caller's own key is right, so the caller must not get 401.
#[tokio::test]
async fn refused_key_of_the_relay_is_not_the_callers_fault_and_is_read_again() {
    let service = FakeServer::start(|_, request| {
        let is_new = request.headers["apikey"] == "second-key-of-the-service";
        if is_new { json(200, &json!([])) } else { json(401, &json!({ "Message": "No." })) }
    });
    let folder = folder(service.address(), "", SERVICE_KEY);
    let relay = folder.serve(&[]);
    let message = relay.call(paths::list_jobs()).await.expect_error(502);
    assert!(message.contains("refused its API key that the relay holds (401)"), "{message}");
    fs::write(folder.file("service-key"), "second-key-of-the-service").unwrap();
    assert_eq!(relay.call(paths::list_jobs()).await.status, 502);
    assert_eq!(relay.call(paths::list_jobs()).await.status, 200);
}

/// JSON can write each character of a key as an escape.
#[tokio::test]
async fn key_that_the_service_escapes_is_not_archived() {
    let service = FakeServer::start(|_, request| {
        let key = request.headers["apikey"].to_str().unwrap().replace('-', "\\u002d");
        let body = match request.path() {
            "/public/jobs" => format!(r#"[{{"Id":"{LOAD}","Name":"{key}"}}]"#),
            path if path.ends_with("status") => format!(r#"["{key}"]"#),
            path if path.contains(SLOW) => format!(r#"["{key}"]"#),
            _ => format!(
                r#"[{{"Id":"{SLOW}","JobId":"{LOAD}","State":3,"EndTime":"2026-01-01T00:00:00Z","JobExecutionLogs":
                    [{{"Severity":2,"Message":"{key} is wrong"}}]}}]"#
            ),
        };
        let mut response = json(200, &json!(null));
        *response.body_mut() = body.into();
        response
    });
    let folder = folder(service.address(), "", SERVICE_KEY);
    let relay = folder.serve(&[]);
    for path in
        [format!("/public/jobs/{SLOW}/logs"), "/public/jobs".to_owned(), format!("/public/jobs/{LOAD}/logs")]
    {
        assert_eq!(get(&relay, &path).await.status, 200);
    }
    let archived = txjobs_test_support::wait_until("the archive", async || {
        let response = get(&relay, &format!("/archive/public/jobs/{LOAD}/logs")).await;
        (response.status == 200 && response.text.contains("is wrong")).then_some(response.text)
    })
    .await;
    assert!(!archived.contains(SERVICE_KEY), "{archived}");
    assert!(folder.log().contains("a response was not archived"));
    relay.kill();
    assert_eq!(files_with_the_key(folder.path(), SERVICE_KEY), ["service-key"]);
}
