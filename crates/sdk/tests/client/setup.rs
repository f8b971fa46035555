//! What a client sends: where to, and with which headers.

use txjobs_sdk::{ApiKey, Client};

use crate::server::{Server, json};

#[tokio::test]
async fn a_path_prefix_is_kept_and_a_slash_at_the_end_is_harmless() {
    let server = Server::start(|_, _| json(200, "[]")).await;
    for (domain, path) in [
        ("", "/public/jobs"),
        ("/", "/public/jobs"),
        ("/a/b", "/a/b/public/jobs"),
        ("/a/b/", "/a/b/public/jobs"),
    ] {
        let domain = format!("{}{domain}", server.address);
        let client = Client::builder(domain, ApiKey::new("k").unwrap()).build().unwrap();
        client.list_jobs().send().await.unwrap();
        assert_eq!(server.asked().last().unwrap().path, path);
    }
}

#[tokio::test]
async fn the_headers_are_the_key_s_and_no_surprise() {
    let server = Server::start(|_, _| json(200, "[]")).await;
    server.client().list_jobs().send().await.unwrap();
    let headers = server.asked()[0].headers.clone();
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["accept", "accept-encoding", "apikey", "host", "user-agent"]);
    assert_eq!(headers["apikey"], "s3cret");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("txjobs/"));

    let client = server.builder().key_header("X-Api-Key").user_agent("loader/7").build().unwrap();
    client.list_jobs().send().await.unwrap();
    let headers = server.asked()[1].headers.clone();
    assert_eq!(
        (&headers["x-api-key"], &headers["user-agent"]),
        (&"s3cret".parse().unwrap(), &"loader/7".parse().unwrap())
    );
    assert!(!headers.contains_key("apikey"));
}
