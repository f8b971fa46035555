//! Starts that take too long or never reach an engine.

use axum::http::Method;
use txjobs_sdk::paths;
use txjobs_test_support::{FakeResponse, closed_address, has_ended, json_response, wait_until};

use crate::support::scene::{last_message, messages};
use crate::support::simple_engine::{SECRET, SimpleEngine, serve, state};

#[tokio::test(flavor = "multi_thread")]
async fn start_that_takes_too_long_is_unknown_and_not_repeated() {
    let engine = SimpleEngine::start_with(|_, _| FakeResponse::Hold);
    let server = engine.serve("", "");
    let run = server.run("Load").await;
    assert_eq!(run["State"], 3);
    let last = last_message(&run);
    assert!(last.contains("unknown whether the run was started") && last.contains("within 2s"), "{last}");
    assert_eq!(engine.server.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn start_that_is_not_sent_says_that_nothing_was_started() {
    let engine = SimpleEngine::start(|_| state("done").into());
    let elsewhere = format!("http://{}", closed_address());
    let (_folder, server) = serve(&engine.config("", "").replace(engine.address(), &elsewhere));
    let run = server.run("Load").await;
    let last = last_message(&run);
    assert!(last.starts_with("The run was not started in the engine: no connection"), "{last}");
    assert_eq!(engine.server.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_secret_sends_nothing_and_is_read_at_the_next_run() {
    let engine = SimpleEngine::start(|_| state("done").into());
    let (folder, server) = serve(&engine.config("", ""));
    std::fs::remove_file(folder.file("token")).unwrap();
    let run = server.run("Load").await;
    let last = last_message(&run);
    assert!(
        last.starts_with("The run was not started in the engine: the file ")
            && last.contains("token cannot be read"),
        "{last}"
    );
    assert_eq!(engine.server.requests().len(), 0);
    std::fs::write(folder.file("token"), "another-secret-0123456789\n").unwrap();
    assert_eq!(server.run("Load").await["State"], 2);
    let requests = engine.server.requests();
    assert_eq!(
        requests.iter().map(|request| &request.method).collect::<Vec<_>>(),
        [Method::POST, Method::GET]
    );
    assert!(
        requests.iter().all(|request| request.headers["authorization"] == "Bearer another-secret-0123456789")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_the_environment_reach_urls_and_bodies_and_no_log() {
    let engine = SimpleEngine::start(|_| state("done").into());
    let start = "run_id = \"/id\"\nbody = { key = \"${env:ENGINE_KEY}\" }\n";
    let poll = format!("url = \"{}/runs/{{run_id}}?code=${{env:ENGINE_KEY}}\"\n", engine.address());
    let folder = txjobs_test_support::ServerFolder::gateway(&engine.config_with("", start, &poll, ""));
    std::fs::write(folder.file("token"), SECRET).unwrap();
    let mut serve = folder.serve_command(&[]);
    serve.env("ENGINE_KEY", "env secret/0123").env("RUST_LOG", "trace");
    let server = folder.start(serve);
    let run = server.run("Load").await;
    assert_eq!(run["State"], 2, "{run:#}");
    assert_eq!(engine.server.requests()[1].target, "/runs/7?code=env%20secret%2F0123");
    let written = format!("{} {run}", folder.log());
    assert!(
        !written.contains("env secret/0123")
            && !written.contains("env%20secret")
            && !written.contains(SECRET)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn run_without_a_trigger_id_is_not_searched_by_it() {
    let engine = SimpleEngine::start_with(|_, _| FakeResponse::Close);
    let start = "run_id = \"/id\"\nbody = { trigger = \"{trigger_id}\", run = \"{execution_id}\" }\n";
    let poll = format!("url = \"{}/runs/{{run_id}}\"\n", engine.address());
    let first = "[[organization.job]]\nname = \"First\"\ncommand = [\"true\"]\n";
    let config = engine.config_with("after = [\"First\"]\n", start, &poll, "") + first;
    let (_folder, server) = serve(&config);
    let text = last_message(&server.run("Load").await).to_owned();
    assert!(text.contains("with the trigger id ") && text.contains(" and with the execution id "), "{text}");
    server.run("First").await;
    let job = server.job("Load").await;
    let run = wait_until("the run after the first job", async || {
        let executions = server.call(paths::get_job_logs(job, None, None)).await.json();
        let newest =
            executions.as_array().unwrap().iter().max_by_key(|run| run["CreationTime"].to_string()).cloned();
        newest.filter(|run| executions.as_array().unwrap().len() == 2 && has_ended(run))
    })
    .await;
    let text = last_message(&run);
    assert!(!text.contains("trigger id") && text.contains("for a run with the execution id "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn timeout_is_obeyed_while_a_long_log_is_copied() {
    const LINES: usize = 3_000_000;
    let engine = SimpleEngine::start(|request| match request.target.ends_with("/log") {
        true => json_response(200, &"x\n".repeat(LINES)).into(),
        false => state("running").into(),
    });
    let log = format!("[organization.job.http.log]\nurl = \"{}/runs/{{run_id}}/log\"\n", engine.address());
    let server = engine.serve("timeout = \"2s\"\n", &log);
    let run = server.run("Load").await;
    let lines = messages(&run);
    assert!(
        last_message(&run).starts_with("The run took longer than its timeout of 2s"),
        "{}",
        last_message(&run)
    );
    let copied = lines.iter().filter(|line| **line == "x").count();
    assert!((1..LINES).contains(&copied), "{copied}");
}
