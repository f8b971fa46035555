//! Proxies of the environment: never used for this machine, and named when they fail.
//!
//! Each test starts itself again in a child process, so that it can set variables.

use std::{env, process::Command};

use txjobs_sdk::{ApiKey, Client, Error, paths};

use crate::server::{Server, json};

const DOMAIN: &str = "TXJOBS_TEST_DOMAIN";

/// Lists the jobs of the domain that the environment names, and prints the result.
async fn list_as_child(domain: String) {
    let client = Client::builder(domain, ApiKey::new("s3cret-key").unwrap()).retries(0).build().unwrap();
    match client.list_jobs().send().await {
        Ok(_) => println!("outcome: listed"),
        Err(error) => println!("outcome: {:?}", Error::from_client(&paths::LIST_JOBS, error)),
    }
}

/// Starts this test again with these variables, and returns its output.
async fn run_again(test: &'static str, variables: Vec<(&'static str, String)>) -> String {
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
async fn this_machine_is_never_reached_through_a_proxy() {
    if let Ok(domain) = env::var(DOMAIN) {
        return list_as_child(domain).await;
    }
    let test = "proxy::this_machine_is_never_reached_through_a_proxy";
    let proxy = Server::start(|_, _| json(200, "[]")).await;
    let server = Server::start(|_, _| json(200, "[]")).await;
    let by_name = server.address.replace("127.0.0.1", "localhost");
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        for domain in [&server.address, &by_name] {
            let variables = vec![(DOMAIN, domain.clone()), (variable, proxy.address.clone())];
            assert_eq!(run_again(test, variables).await, "listed", "{variable}, {domain}");
        }
    }
    assert_eq!(server.asked().len(), 8);
    assert!(proxy.asked().is_empty(), "it saw {:?}", proxy.asked());
}

#[tokio::test]
async fn other_hosts_use_the_proxy_and_a_failing_proxy_is_named() {
    if let Ok(domain) = env::var(DOMAIN) {
        return list_as_child(domain).await;
    }
    let test = "proxy::other_hosts_use_the_proxy_and_a_failing_proxy_is_named";
    let outcome = async |proxy: &str| {
        let proxy = proxy.replace("http://", "http://me:pa55word@");
        run_again(test, vec![(DOMAIN, "http://api.example.test".to_owned()), ("HTTP_PROXY", proxy)]).await
    };
    let proxy = Server::start(|n, _| json([200, 407, 502][n], "[]")).await;
    assert_eq!(outcome(&proxy.address).await, "listed");
    assert_eq!(proxy.asked()[0].path, "http://api.example.test/public/jobs");
    let address = proxy.address.replace("http://", "");
    let named = format!("through the proxy {address}");
    for status in ["407", "502"] {
        let said = outcome(&proxy.address).await;
        assert!(said.contains(&named) && said.contains(status) && !said.contains("pa55word"), "{said}");
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = outcome(&format!("http://{closed}")).await;
    assert!(said.contains("Unreachable") && said.contains(&format!("through the proxy {closed}")), "{said}");
    assert!(!said.contains("pa55word") && !said.contains("s3cret"), "{said}");
}
