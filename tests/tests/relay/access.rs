//! Who may use a relay: callers with a key, and listed pages.

use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{FakeServer, TestServer, receive};

use crate::relay::{LOAD, Relayed, SERVICE_KEY, id, jobs, json, relay_to};

async fn status_with(relay: &TestServer, headers: &[(&str, &str)]) -> u16 {
    let mut request = relay.http().get(format!("{}/public/jobs", relay.address()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    receive(request).await.status
}

#[tokio::test]
async fn caller_needs_a_key_of_the_gateway() {
    let service = FakeServer::start(|_, _| jobs());
    let relay = relay_to(&service, "");
    for headers in
        [&[][..], &[("apikey", "wrong")], &[("apikey", SERVICE_KEY)], &[("x-api-key", relay.key())]]
    {
        assert_eq!(status_with(&relay, headers).await, 401, "{headers:?}");
    }
    assert_eq!(service.requests().len(), 0);
    assert_eq!(status_with(&relay, &[("apikey", relay.key())]).await, 200);
}

#[tokio::test]
async fn key_needs_the_scope_of_the_operation() {
    let relayed = Relayed::start("");
    let create = |name: &str, scope: &str| {
        let arguments = ["keys", "create", "--organization", "Relay", "--name", name, "--scope", scope];
        relayed.folder.run(&arguments).expect_success().trim().to_owned()
    };
    let (read, run) = (create("reader", "read"), create("starter", "run"));
    let status = async |key: &str, request| relayed.relay.call_as(key, request).await.status;
    assert_eq!(status(&read, paths::list_jobs()).await, 200);
    assert_eq!(status(&read, paths::execute_job(id(LOAD))).await, 403);
    assert_eq!(status(&read, paths::cancel_job(id(LOAD))).await, 403);
    assert_eq!(status(&run, paths::list_jobs()).await, 403);
    assert_eq!(status(&run, paths::cancel_job(id(LOAD))).await, 403);
    assert_eq!(status(&run, paths::execute_job(id(LOAD))).await, 200);
    let journal = relayed.admin.journal("").await;
    let operations: Vec<_> = journal.iter().map(|entry| entry.operation.as_deref().unwrap()).collect();
    assert_eq!(operations, ["list_jobs", "execute_job"]);
}

#[tokio::test]
async fn key_of_the_caller_is_passed_on_if_the_file_says_so() {
    let service = FakeServer::start(|_, request| {
        let is_known = request.headers.get("x-service-key").is_some_and(|key| key == SERVICE_KEY);
        if is_known { jobs() } else { json(401, &json!({ "Message": "No." })) }
    });
    let relay = relay_to(&service, "callers_key = true\nupstream_key_header = \"x-service-key\"");
    assert_eq!(status_with(&relay, &[("apikey", SERVICE_KEY)]).await, 200);
    assert_eq!(status_with(&relay, &[]).await, 401);
    assert_eq!(status_with(&relay, &[("apikey", SERVICE_KEY), ("apikey", SERVICE_KEY)]).await, 401);
    assert_eq!(service.requests().len(), 1);
    // The service may not limit its attempts, so the relay does.
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(status_with(&relay, &[("apikey", "wrong-key")]).await);
    }
    assert_eq!(statuses[..20], [401; 20]);
    assert_eq!(statuses[24], 429);
    let sent = service.requests().len();
    assert!(sent < 25, "the service does not see the attempts that are held back: {sent}");
    assert_eq!(status_with(&relay, &[("apikey", SERVICE_KEY)]).await, 200);
}

#[tokio::test]
async fn only_listed_pages_and_hosts_are_served() {
    let service = FakeServer::start(|_, _| jobs());
    let relay =
        relay_to(&service, "origins = [\"https://console.example.com\"]\nhosts = [\"relay.example.com\"]");
    let key = ("apikey", relay.key());
    let own = relay.address();
    for headers in [
        &[key][..],
        &[key, ("origin", own)],
        &[key, ("origin", "https://console.example.com")],
        &[key, ("host", "relay.example.com")],
        &[key, ("host", "relay.example.com"), ("origin", "https://relay.example.com")],
    ] {
        assert_eq!(status_with(&relay, headers).await, 200, "{headers:?}");
    }
    let served = service.requests().len();
    for headers in [
        &[key, ("origin", "https://other.example")][..],
        &[key, ("origin", "null")],
        &[key, ("origin", "https://console.example.com:444")],
        &[key, ("host", "other.example")],
        &[key, ("host", "other.example"), ("origin", "http://other.example")],
    ] {
        assert_eq!(status_with(&relay, headers).await, 403, "{headers:?}");
    }
    assert_eq!(service.requests().len(), served);
    // Pages and the archive have the same rules.
    for path in ["/config.json", "/health", "/archive/public/jobs"] {
        let request = relay.http().get(format!("{own}{path}")).header("origin", "https://other.example");
        assert_eq!(receive(request.header("apikey", relay.key())).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn preflight_of_a_listed_page_is_allowed() {
    let service = FakeServer::start(|_, _| jobs());
    let relay = relay_to(&service, "origins = [\"https://console.example.com\"]");
    let preflight = async |origin: &str| {
        let url = format!("{}/public/jobs", relay.address());
        let request = relay.http().request(reqwest::Method::OPTIONS, url).header("origin", origin);
        let request = request.header("access-control-request-method", "GET");
        receive(request.header("access-control-request-headers", "apikey")).await
    };
    let allowed = preflight("https://console.example.com").await;
    assert_eq!(allowed.status, 200);
    assert!(allowed.header("access-control-allow-headers").contains("apikey"), "{allowed:?}");
    let refused = preflight("https://other.example").await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, ""));
    assert_eq!(service.requests().len(), 0);
}

#[tokio::test]
async fn console_is_told_of_the_service_and_of_the_archive() {
    let relayed = Relayed::start("name = \"Finance\"");
    let config = relayed.relay.get("/config.json").await.json();
    assert_eq!(config["profiles"][0]["name"], "Finance");
    assert_eq!(config["profiles"][0]["domain"], "./");
    assert_eq!(config["profiles"][0]["relayFor"], relayed.service.address());
    assert_eq!(config["profiles"][1]["name"], "Finance (archive)");
    assert_eq!(config["profiles"][1]["domain"], "./archive/");
    assert_eq!(config.get("demoKey"), None);
}
