//! Access tokens that are short-lived, and token endpoints that are away.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{FakeRequest, FakeResponse, json_response, wait_until};

use crate::support::scene::{last_message, messages};
use crate::support::simple_engine::{SimpleEngine, serve, state};

/// Returns the configuration of a job with access tokens.
fn config(engine: &SimpleEngine, tables: &str) -> String {
    let address = engine.address();
    let oauth2 = format!(
        "[organization.job.http.oauth2]\ntoken_url = \"{address}/token\"\nclient_id = \"client\"\n\
         client_secret = \"${{file:token}}\"\n"
    );
    let own = "headers = { Authorization = \"Bearer ${file:token}\" }\n";
    let config = engine.config("", &format!("{tables}{oauth2}"));
    assert!(config.contains(own));
    config.replace(own, "")
}

fn token(number: usize, expires_in: u64) -> FakeResponse {
    let body = json!({ "access_token": format!("access-token-{number}"), "expires_in": expires_in });
    json_response(200, &body.to_string()).into()
}

fn is_token(request: &FakeRequest) -> bool {
    request.target == "/token"
}

fn count(engine: &SimpleEngine, is_counted: impl Fn(&FakeRequest) -> bool) -> usize {
    engine.server.requests().iter().filter(|request| is_counted(request)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn short_lived_token_is_used_for_many_polls() {
    let engine = SimpleEngine::start_with(|number, request| match request.method.as_str() {
        "POST" if is_token(request) => token(number, 1),
        "POST" => json_response(201, "{\"id\": 7}").into(),
        _ if number < 100 => state("running").into(),
        _ => state("done").into(),
    });
    let (_folder, server) = serve(&config(&engine, ""));
    assert_eq!(server.run("Load").await["State"], 2);
    let (polls, tokens) = (engine.count("GET"), count(&engine, is_token));
    assert!(polls > 90 && tokens <= 3, "{polls} {tokens}");
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_token_is_replaced_and_the_cancellation_sent_again() {
    let valid = Arc::new(AtomicUsize::new(0));
    let issued = Arc::clone(&valid);
    let engine = SimpleEngine::start_with(move |_, request| {
        if is_token(request) {
            return token(issued.fetch_add(1, Ordering::SeqCst) + 1, 1);
        }
        let expected = format!("Bearer access-token-{}", issued.load(Ordering::SeqCst));
        match request.method.as_str() {
            _ if request.headers["authorization"] != expected.as_str() => json_response(401, "{}").into(),
            "POST" => json_response(201, "{\"id\": 7}").into(),
            "DELETE" => state("failed").into(),
            _ => state("running").into(),
        }
    });
    let cancel = engine.cancel("wait = \"1s\"\n");
    let (_folder, server) = serve(&config(&engine, &cancel).replace("100ms", "10s"));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    // The current token expires. A poll may notice it before the cancellation.
    valid.store(100, Ordering::SeqCst);
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let run = server.wait_for_end(run).await;
    let lines = messages(&run);
    assert!(lines.iter().any(|text| text.starts_with("The engine has accepted to cancel")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancellation_whose_token_is_missing_is_sent_when_there_is_one() {
    // What the token endpoint responds after the first token, which the engine refuses from then on.
    let is_away = Arc::new(Mutex::new(false));
    let shared = Arc::clone(&is_away);
    let engine = SimpleEngine::start_with(move |number, request| {
        let is_away = *shared.lock().unwrap();
        match request.method.as_str() {
            "POST" if is_token(request) && is_away => json_response(503, "{}").into(),
            "POST" if is_token(request) => token(number, 3600),
            "POST" => json_response(201, "{\"id\": 7}").into(),
            "GET" if is_away => json_response(401, "{}").into(),
            _ => state("running").into(),
        }
    });
    let cancel = engine.cancel("wait = \"30s\"\n");
    let (_folder, server) = serve(&config(&engine, &cancel).replace("100ms", "10s"));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    let polls = engine.count("GET");
    *is_away.lock().unwrap() = true;
    // This poll drops the token.
    wait_until("a refused poll", async || (engine.count("GET") > polls).then_some(())).await;
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let is_reported = |run: &serde_json::Value| run.to_string().contains("cannot be sent now");
    server.wait_until(run, is_reported).await;
    assert_eq!(engine.count("DELETE"), 0);
    *is_away.lock().unwrap() = false;
    engine.wait_for("DELETE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancellation_that_is_never_sent_says_so() {
    let engine = SimpleEngine::start(|_| state("running").into());
    let cancel = engine.cancel("wait = \"1s\"\n").replace("wait", "body = { key = \"${file:other}\" }\nwait");
    let (folder, server) = serve(&engine.config("", &cancel));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    assert!(!folder.file("other").exists());
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let run = server.wait_for_end(run).await;
    let lines = messages(&run);
    let expected = "The request to cancel the run 7";
    assert!(
        lines.iter().any(|text| text.starts_with(expected) && text.contains("was not sent within 1s")),
        "{lines:?}"
    );
    assert!(!lines.iter().any(|text| text.contains("unknown whether")), "{lines:?}");
    assert_eq!((engine.count("DELETE"), last_message(&run)), (0, "Canceled while it was running."));
}
