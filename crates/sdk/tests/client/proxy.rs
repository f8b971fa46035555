//! Tests of the proxy from the environment: it is never used for this machine, and errors name it.
//!
//! Each test runs itself in a child process, to set environment variables.

use std::{env, process::Command};

use txjobs_sdk::{ApiKey, Client, Error, paths};
use txjobs_test_support::{FakeServer, closed_address, json_response};

const DOMAIN: &str = "TXJOBS_TEST_DOMAIN";

/// Lists the jobs of the domain, and prints the outcome for the parent process.
async fn print_outcome(domain: String) {
    let client = Client::builder(domain, ApiKey::new("s3cret-key").unwrap()).retries(0).build().unwrap();
    match client.list_jobs().send().await {
        Ok(_) => println!("outcome: listed"),
        Err(error) => println!("outcome: {:?}", Error::from_client(&paths::LIST_JOBS, error)),
    }
}

/// Runs this test in a child process with these variables, and returns the printed outcome.
async fn run_child(test: &'static str, variables: Vec<(&'static str, String)>) -> String {
    let run = move || {
        let mut command = Command::new(env::current_exe().unwrap());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command.args(["--exact", test, "--nocapture"]).envs(variables).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .find_map(|line| line.split_once("outcome: "))
        .unwrap_or_else(|| panic!("{text}"))
        .1
        .to_owned()
}

#[tokio::test]
async fn local_request_does_not_use_a_proxy() {
    if let Ok(domain) = env::var(DOMAIN) {
        return print_outcome(domain).await;
    }
    let test = "proxy::local_request_does_not_use_a_proxy";
    let proxy = FakeServer::start(|_, _| json_response(200, "[]"));
    let server = FakeServer::start(|_, _| json_response(200, "[]"));
    let by_name = server.address().replace("127.0.0.1", "localhost");
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        for domain in [server.address(), &by_name] {
            let variables = vec![(DOMAIN, domain.to_owned()), (variable, proxy.address().to_owned())];
            assert_eq!(run_child(test, variables).await, "listed", "{variable}, {domain}");
        }
    }
    assert_eq!(server.requests().len(), 8);
    assert!(proxy.requests().is_empty(), "the proxy received {:?}", proxy.requests());
}

#[tokio::test]
async fn remote_request_uses_the_proxy_and_its_error_names_it() {
    if let Ok(domain) = env::var(DOMAIN) {
        return print_outcome(domain).await;
    }
    let test = "proxy::remote_request_uses_the_proxy_and_its_error_names_it";
    let outcome = async |proxy: &str| {
        let proxy = proxy.replace("http://", "http://me:pa55word@");
        run_child(test, vec![(DOMAIN, "http://api.example.test".to_owned()), ("HTTP_PROXY", proxy)]).await
    };
    let proxy = FakeServer::start(|n, _| json_response([200, 407, 502][n], "[]"));
    assert_eq!(outcome(proxy.address()).await, "listed");
    assert_eq!(proxy.requests()[0].target, "http://api.example.test/public/jobs");
    let address = proxy.address().replace("http://", "");
    let proxy_note = format!("through the proxy {address}");
    for status in ["407", "502"] {
        let text = outcome(proxy.address()).await;
        assert!(text.contains(&proxy_note) && text.contains(status) && !text.contains("pa55word"), "{text}");
    }
    let closed = closed_address();
    let text = outcome(&format!("http://{closed}")).await;
    assert!(text.contains("Unreachable") && text.contains(&format!("through the proxy {closed}")), "{text}");
    assert!(!text.contains("pa55word") && !text.contains("s3cret"), "{text}");
}
