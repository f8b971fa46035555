//! Only the operations of the contract pass.

use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{FakeServer, raw_http::send_raw, receive};

use crate::relay::{LOAD, Relayed, SERVICE_KEY, SLOW, id, jobs, json, relay_to};

#[tokio::test]
async fn every_operation_passes() {
    let relayed = Relayed::start("");
    let relay = &relayed.relay;
    let call = async |request| {
        let response = relay.call(request).await;
        assert_eq!(response.status, 200, "{}", response.text);
        response.json()
    };
    assert_eq!(call(paths::list_jobs()).await[1]["Name"], "Slow");
    let started = call(paths::execute_job(id(SLOW))).await;
    let trigger = started["TriggerId"].as_str().unwrap().parse().unwrap();
    call(paths::list_job_statuses()).await;
    assert_eq!(call(paths::get_job_status(id(SLOW))).await["JobId"], SLOW);
    call(paths::get_job_logs(id(SLOW), Some(5), None)).await;
    call(paths::get_job_logs_by_trigger(id(SLOW), trigger, None)).await;
    call(paths::cancel_job(id(SLOW))).await;
    let journal = relayed.admin.journal("").await;
    let operations: Vec<_> = journal.iter().map(|entry| entry.operation.as_deref().unwrap()).collect();
    assert_eq!(
        operations,
        [
            "list_jobs",
            "execute_job",
            "list_job_statuses",
            "get_job_status",
            "get_job_logs",
            "get_job_logs_by_trigger",
            "cancel_job"
        ]
    );
    assert_eq!(journal[4].query, ["limit"]);
}

/// An answer of the service arrives as it was sent, whatever it contains, if it is JSON.
#[tokio::test]
async fn answers_are_not_changed() {
    for (status, body) in [
        (200, r#"[ {"Id" : 1e400,"name":null,"x":"\ud800","y":"\u003cscript>"} ] "#),
        (202, r#"{"Status":17,"Unknown":[[[]]]}"#),
        (404, r#"{"Message":"Nothing here"}"#),
        (429, r#"{"other":"form"}"#),
        (500, r#""text""#),
    ] {
        let service = FakeServer::start(move |_, _| {
            let mut response = json(status, &json!(null));
            *response.body_mut() = body.into();
            response
        });
        let relay = relay_to(&service, "");
        let response = relay.call(paths::list_job_statuses()).await;
        assert_eq!((response.status, &*response.text), (status, body));
        assert_eq!(response.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn other_paths_and_methods_do_not_reach_the_service() {
    let service = FakeServer::start(|_, _| jobs());
    let relay = relay_to(&service, "");
    let key = relay.key();
    for (method, path, status) in [
        ("GET", "/public/jobs/../../admin", 400),
        ("GET", "/public/../public/jobs", 400),
        ("GET", "/public/jobs/.", 400),
        ("GET", "/public/jobs/..%2f..%2fadmin/status", 400),
        ("GET", "/public/jobs%2fstatus", 400),
        ("GET", "/public/jobs/%2e%2e/jobs", 400),
        ("GET", "/public/jobs\\status", 400),
        ("GET", "/public/jobs/x/status", 400),
        ("GET", "/public/jobs/11111111111141118111111111111111/status", 400),
        ("GET", "/public/jobs/11111111-1111-4111-8111-111111111111/logs/x", 400),
        ("GET", "/public/jobs/11111111-1111-4111-8111-111111111111/delete", 404),
        ("GET", "/public/jobs/", 404),
        ("GET", "/public//jobs", 404),
        ("GET", "/public", 404),
        ("GET", "/admin/seed", 404),
        ("POST", "/public/jobs", 405),
        ("DELETE", "/public/jobs/11111111-1111-4111-8111-111111111111/execute", 405),
        ("PUT", "/public/jobs/status", 405),
        ("TRACE", "/public/jobs", 405),
        ("CONNECT", "other.example:443", 405),
    ] {
        let response = send_raw(relay.address(), &format!("{method} {path} HTTP/1.1\r\napiKey: {key}\r\n"));
        let is_expected = response.status == status || method == "CONNECT" && response.status >= 400;
        assert!(is_expected, "{method} {path}: {response:?}");
    }
    assert_eq!(service.requests().len(), 0);
}

#[tokio::test]
async fn path_and_query_are_written_anew() {
    let service = FakeServer::start(|_, _| json(200, &json!([])));
    let relay = relay_to(&service, "");
    let send = async |path: &str| {
        let url = format!("{}{path}", relay.address());
        receive(relay.http().get(url).header("apikey", relay.key())).await.status
    };
    let upper = SLOW.to_uppercase();
    assert_eq!(
        send(&format!("/public/jobs/{upper}/logs?limit=5&apiKey=secret&limitx=1&logs=all%26x%3D1")).await,
        200
    );
    assert_eq!(send(&format!("/public/jobs/{LOAD}/status?limit=5&%00=1")).await, 200);
    assert_eq!(send(&format!("/public/jobs/{LOAD}/logs?limit=5&limit=6")).await, 400);
    assert_eq!(send(&format!("/public/jobs/{LOAD}/logs?limit={}", "9".repeat(300))).await, 400);
    let targets: Vec<_> = service.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(
        targets,
        [format!("/public/jobs/{SLOW}/logs?limit=5&logs=all%26x%3D1"), format!("/public/jobs/{LOAD}/status"),]
    );
}

#[tokio::test]
async fn path_of_the_service_is_kept() {
    let service = FakeServer::start(|_, _| jobs());
    let config = format!(
        "[relay]\nupstream = \"{}/tenant/api\"\nkey_file = \"service-key\"\nallow_addresses = [\"127.0.0.0/8\"]\n",
        service.address()
    );
    let folder = txjobs_test_support::ServerFolder::gateway(&config);
    std::fs::write(folder.file("service-key"), SERVICE_KEY).unwrap();
    let relay = folder.serve(&[]);
    assert_eq!(relay.call(paths::list_jobs()).await.status, 200);
    assert_eq!(service.requests()[0].target, "/tenant/api/public/jobs");
}

/// The service is the one that the file names, whatever a request says.
#[tokio::test]
async fn request_cannot_choose_the_service() {
    let service = FakeServer::start(|_, _| jobs());
    let other = FakeServer::start(|_, _| jobs());
    let relay = relay_to(&service, "");
    let key = relay.key();
    let target = other.address();
    let host = target.strip_prefix("http://").unwrap();
    for request in [
        format!("GET {target}/public/jobs HTTP/1.1\r\napiKey: {key}\r\n"),
        format!(
            "GET /public/jobs?upstream={target}&url={target} HTTP/1.1\r\napiKey: {key}\r\nx-upstream: {target}\r\n"
        ),
        format!(
            "GET /public/jobs HTTP/1.1\r\napiKey: {key}\r\nx-forwarded-host: {host}\r\nforwarded: host={host}\r\n"
        ),
    ] {
        send_raw(relay.address(), &request);
    }
    assert_eq!(other.requests().len(), 0);
}
