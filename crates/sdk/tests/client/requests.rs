//! Tests of the URLs and headers that a client sends.

use txjobs_sdk::{ApiKey, Client};
use txjobs_test_support::{FakeServer, json_response};

#[tokio::test]
async fn path_prefix_with_or_without_a_final_slash_is_kept() {
    let server = FakeServer::start(|_, _| json_response(200, "[]"));
    for (domain, path) in [
        ("", "/public/jobs"),
        ("/", "/public/jobs"),
        ("/a/b", "/a/b/public/jobs"),
        ("/a/b/", "/a/b/public/jobs"),
    ] {
        let domain = format!("{}{domain}", server.address());
        let client = Client::builder(domain, ApiKey::new("k").unwrap()).build().unwrap();
        client.list_jobs().send().await.unwrap();
        assert_eq!(server.requests().last().unwrap().target, path);
    }
}

#[tokio::test]
async fn request_has_the_key_header_and_no_unexpected_header() {
    let server = FakeServer::start(|_, _| json_response(200, "[]"));
    server.client().list_jobs().send().await.unwrap();
    let headers = server.requests()[0].headers.clone();
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["accept", "accept-encoding", "apikey", "host", "user-agent"]);
    assert_eq!(headers["apikey"], "s3cret");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("txjobs/"));

    let client = server.client_builder().key_header("X-Api-Key").user_agent("loader/7").build().unwrap();
    client.list_jobs().send().await.unwrap();
    let headers = server.requests()[1].headers.clone();
    assert_eq!(
        (&headers["x-api-key"], &headers["user-agent"]),
        (&"s3cret".parse().unwrap(), &"loader/7".parse().unwrap())
    );
    assert!(!headers.contains_key("apikey"));
}
