//! The log as JSON, and the ids of requests.

use serde_json::Value;
use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, TestServer, shell_jobs};
use uuid::Uuid;

const ID: &str = "x-request-id";

fn folder() -> ServerFolder {
    ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")]))
}

/// Sends a GET with this id, and returns the status and the id of the response.
async fn get_with_id(gateway: &TestServer, path: &str, id: Option<&str>) -> (u16, String) {
    let mut request = gateway.http().get(format!("{}{path}", gateway.address()));
    request = request.header(paths::API_KEY_HEADER, gateway.key());
    if let Some(id) = id {
        request = request.header(ID, id);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.headers().get_all(ID).iter().count(), 1);
    (response.status().as_u16(), response.headers()[ID].to_str().unwrap().to_owned())
}

#[tokio::test]
async fn json_log_has_an_object_on_each_line_and_the_id_of_each_request() {
    let folder = folder();
    let mut serve = folder.serve_command(&["--log-format", "json"]);
    serve.env("RUST_LOG", "info,txjobs_gateway=debug");
    let gateway = folder.start(serve);
    assert_eq!(gateway.run("echo").await["State"], 2);
    let path = paths::LIST_JOBS.template;
    assert_eq!(get_with_id(&gateway, path, Some("mine-1")).await, (200, "mine-1".to_owned()));
    let (status, generated) = get_with_id(&gateway, "/txg_unknown?key=1", None).await;
    assert_eq!(status, 404);
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    let log = folder.log();
    let entries: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    for entry in &entries {
        for field in ["timestamp", "level", "target", "message"] {
            assert!(entry[field].is_string(), "{entry}");
        }
    }
    let find = |id: &str| entries.iter().find(|entry| entry["span"]["request_id"] == id).unwrap();
    let listed = find("mine-1");
    assert_eq!((&listed["level"], &listed["status"]), (&"DEBUG".into(), &200.into()));
    assert_eq!((&listed["span"]["method"], &listed["span"]["path"]), (&"GET".into(), &path.into()));
    assert!(listed["duration_ms"].as_f64().unwrap() > 0.0, "{listed}");
    assert_eq!(find(&generated)["span"]["path"], "unknown");
    let ended = entries.iter().find(|entry| entry["message"] == "run ended").unwrap();
    assert!(ended["run"].is_string() && ended["state"] == "completed", "{ended}");
}

#[test]
fn error_that_ends_the_program_is_json_too() {
    let output = folder().run(&["--log-format", "json", "check", "--config", "none.toml"]);
    assert_eq!(output.code, 1);
    let entry: Value = serde_json::from_str(output.stderr.trim()).unwrap();
    assert_eq!(entry["level"], "ERROR");
    assert!(entry["message"].as_str().unwrap().starts_with("The configuration none.toml cannot be read: "));
}

#[tokio::test]
async fn unsafe_id_is_replaced() {
    let gateway = folder().serve(&[]);
    let long = "x".repeat(129);
    for id in [None, Some("a b"), Some("a\"b"), Some(""), Some(&*long), Some(gateway.key())] {
        let (_, id) = get_with_id(&gateway, "/health", id).await;
        assert!(id.parse::<Uuid>().is_ok(), "{id}");
    }
    let response = gateway.call(paths::list_jobs()).await;
    let exposed = response.header("access-control-expose-headers").to_lowercase();
    assert!(exposed.split(',').any(|name| name == ID), "{exposed}");
    // Requests have no line at the usual level.
    assert!(!gateway.log().contains("request_id"), "{}", gateway.log());
}
