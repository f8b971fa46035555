//! Runs in another engine, whose nodes are killed, stopped, or end.

use std::time::Duration;

use axum::http::Method;
use serde_json::Value;
use txjobs_sdk::paths;
use txjobs_test_support::{PostgresServer, StartedRun, TestServer, has_ended, lines};

use crate::cluster::{Cluster, MAX_LOSS_TIME, wait_at_most, wait_for_end};
use crate::engine::{Engine, NODE_VARIABLE};

const FIRST: &str = "first-node";
const SECOND: &str = "second-node";
/// A node that only serves requests.
const SERVER: &str = "serving-node";
/// The longest time until another node follows a run that its node has left, or until a cancellation arrives.
const SOON: Duration = Duration::from_secs(10);
const CANCELED: &str = "Canceled while it was running.";
const UNKNOWN: &str = "It is unknown whether the run was started in the engine: the gateway ended";

/// Nodes with a job for each engine, and a job `true` that any node runs.
struct Scene {
    cluster: Cluster,
    engines: Vec<Engine>,
}

impl Scene {
    async fn start(count: usize) -> Self {
        Self::with_settings(count, "").await
    }

    /// Jobs of engines have these settings.
    async fn with_settings(count: usize, settings: &str) -> Self {
        let mut engines = Vec::new();
        let mut config = "[[organization]]\nname = \"Contoso\"\n".to_owned();
        for n in 0..count {
            let engine = Engine::start().await;
            config += &engine.job(&job(n), settings);
            engines.push(engine);
        }
        config += "[[organization.job]]\nname = \"true\"\ncommand = [\"true\"]\n";
        let cluster = Cluster::with_config(PostgresServer::shared().create_database(), &config);
        Self { cluster, engines }
    }

    /// Starts a node.
    fn serve(&self, name: &str) -> TestServer {
        self.serve_with(name, &[])
    }

    fn serve_with(&self, name: &str, options: &[&str]) -> TestServer {
        let options = [&["--node-name", name], options].concat();
        self.cluster.serve_with_variables(&options, &[(NODE_VARIABLE, name)])
    }
}

fn job(n: usize) -> String {
    format!("load {n}")
}

/// Starts the run of an engine, and waits until the first node has sent a request with this method.
async fn start_run(engine: &Engine, n: usize, node: &TestServer, method: Method) -> StartedRun {
    let run = node.execute(&job(n)).await;
    engine.wait_for(SOON, method, FIRST, 0).await;
    run
}

async fn cancel(node: &TestServer, run: StartedRun) {
    assert_eq!(node.call(paths::cancel_job(run.job)).await.status, 200);
}

fn last_line(execution: &Value) -> String {
    lines(execution).last().unwrap().1.to_owned()
}

/// Asserts that the run ended in this state, was followed again this often, and was started once.
fn assert_ended(engine: &Engine, execution: &Value, state: i64, followed_again: usize) {
    assert_eq!(execution["State"], state, "{execution:#}");
    let again = lines(execution).iter().filter(|(_, text)| text.starts_with("The gateway follows")).count();
    assert_eq!(again, followed_again, "{execution:#}");
    assert_eq!(engine.callers(&Method::POST), [FIRST], "{execution:#}");
}

#[tokio::test]
async fn run_whose_node_is_killed_is_continued_by_another_node() {
    let scene = Scene::start(4).await;
    let [followed, starting, canceling, canceled] = &scene.engines[..] else { unreachable!() };
    let first = scene.serve(FIRST);
    starting.hold(Method::POST, FIRST, "running");
    canceling.hold(Method::DELETE, FIRST, "running");
    let runs = [
        start_run(followed, 0, &first, Method::GET).await,
        start_run(starting, 1, &first, Method::POST).await,
        start_run(canceling, 2, &first, Method::GET).await,
        start_run(canceled, 3, &first, Method::GET).await,
    ];
    cancel(&first, runs[2]).await;
    canceling.wait_for(SOON, Method::DELETE, FIRST, 0).await;
    let second = scene.serve(SECOND);
    first.kill();
    starting.release();
    canceling.release();
    // Nobody follows the run, and the cancellation must not be lost.
    cancel(&second, runs[3]).await;

    followed.wait_for(MAX_LOSS_TIME, Method::GET, SECOND, 0).await;
    followed.set_state("done");
    let (execution, _) = wait_for_end(&second, runs[0], SOON).await;
    assert_ended(followed, &execution, 2, 1);
    assert_eq!(followed.callers(&Method::DELETE), [] as [&str; 0]);

    let (execution, _) = wait_for_end(&second, runs[1], SOON).await;
    assert_ended(starting, &execution, 3, 0);
    assert!(last_line(&execution).starts_with(UNKNOWN), "{execution:#}");
    assert_eq!(starting.callers(&Method::GET), [] as [&str; 0]);

    let (execution, _) = wait_for_end(&second, runs[2], SOON).await;
    assert_ended(canceling, &execution, 3, 1);
    assert_eq!(last_line(&execution), CANCELED);
    assert_eq!(canceling.callers(&Method::DELETE), [FIRST], "a cancellation is sent once");

    let (execution, _) = wait_for_end(&second, runs[3], SOON).await;
    assert_ended(canceled, &execution, 3, 1);
    assert_eq!(last_line(&execution), CANCELED);
    assert_eq!(canceled.callers(&Method::DELETE), [SECOND]);
}

#[tokio::test]
async fn stopped_node_changes_no_run_that_another_node_has_continued() {
    let scene = Scene::start(4).await;
    let [ended, starting, followed, canceled] = &scene.engines[..] else { unreachable!() };
    let first = scene.serve(FIRST);
    starting.hold(Method::POST, FIRST, "running");
    let runs = [
        start_run(ended, 0, &first, Method::GET).await,
        start_run(starting, 1, &first, Method::POST).await,
        start_run(followed, 2, &first, Method::GET).await,
        start_run(canceled, 3, &first, Method::GET).await,
    ];
    // When the node continues, it finds responses that say that the runs have failed.
    for engine in [ended, followed, canceled] {
        engine.hold(Method::GET, FIRST, "failed");
        let seen = engine.requests().len();
        engine.wait_for(SOON, Method::GET, FIRST, seen).await;
    }
    let second = scene.serve(SECOND);
    first.signal("STOP");
    scene.engines.iter().for_each(Engine::release);
    cancel(&second, runs[3]).await;
    for engine in [ended, followed] {
        engine.wait_for(MAX_LOSS_TIME, Method::GET, SECOND, 0).await;
    }
    ended.set_state("done");
    let mut executions = Vec::new();
    for n in [0, 1, 3] {
        executions.push((n, wait_for_end(&second, runs[n], SOON).await.0));
    }
    assert_ended(ended, &executions[0].1, 2, 1);
    assert_ended(starting, &executions[1].1, 3, 0);
    assert!(last_line(&executions[1].1).starts_with(UNKNOWN), "{:#}", executions[1].1);
    assert_ended(canceled, &executions[2].1, 3, 1);
    let seen: Vec<usize> = scene.engines.iter().map(|engine| engine.requests().len()).collect();

    first.signal("CONT");
    // The node takes part again. By then it has written and sent everything that it wanted to.
    first.run("true").await;
    let after_pause = followed.requests().len();
    followed.wait_for(SOON, Method::GET, SECOND, after_pause).await;
    for (n, execution) in executions {
        let (after, _) = wait_for_end(&second, runs[n], SOON).await;
        assert_eq!(after, execution, "nothing was added to a run that had ended");
    }
    for (engine, seen) in scene.engines.iter().zip(seen) {
        let requests = engine.requests();
        let sent = requests[seen..].iter().filter(|r| r.node == FIRST && r.method != Method::GET);
        assert_eq!(sent.count(), 0, "{requests:?}");
    }
    // A cancellation through the node that had lost the run is sent by the one that follows it.
    cancel(&first, runs[2]).await;
    let (execution, _) = wait_for_end(&first, runs[2], SOON).await;
    assert_ended(followed, &execution, 3, 1);
    assert_eq!(last_line(&execution), CANCELED);
    assert_eq!(followed.callers(&Method::DELETE), [SECOND]);
    assert_eq!(canceled.callers(&Method::DELETE), [SECOND]);
}

#[tokio::test]
async fn restarted_node_follows_its_run_at_once() {
    let scene = Scene::start(1).await;
    let engine = &scene.engines[0];
    let mut first = scene.serve(FIRST);
    let server = scene.serve_with(SERVER, &["--no-runner"]);
    let run = start_run(engine, 0, &server, Method::GET).await;
    first.kill_and_restart();
    let seen = engine.requests().len();
    engine.wait_for(SOON, Method::GET, FIRST, seen).await;
    engine.set_state("done");
    let (execution, _) = wait_for_end(&server, run, SOON).await;
    assert_ended(engine, &execution, 2, 1);
}

#[tokio::test]
async fn run_whose_node_is_killed_at_its_start_says_what_started_it() {
    let scene = Scene::with_settings(1, "after = [\"true\"]").await;
    let engine = &scene.engines[0];
    engine.hold(Method::POST, FIRST, "running");
    let mut first = scene.serve(FIRST);
    let job = first.job(&job(0)).await;
    first.execute("true").await;
    engine.wait_for(SOON, Method::POST, FIRST, 0).await;
    first.kill_and_restart();
    let execution = wait_at_most(SOON, "the end of the run", async || {
        let runs = first.call(paths::get_job_logs(job, None, None)).await.json();
        runs.as_array()?.first().filter(|execution| has_ended(execution)).cloned()
    })
    .await;
    assert_ended(engine, &execution, 3, 0);
    let texts: Vec<_> = lines(&execution).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert_eq!(texts[0], "Started after \"true\" completed.");
    assert!(texts[1].starts_with(UNKNOWN), "{texts:?}");
}

#[tokio::test]
async fn node_that_ends_hands_its_run_over_at_once() {
    let scene = Scene::start(2).await;
    let [followed, canceled] = &scene.engines[..] else { unreachable!() };
    let mut first = scene.serve(FIRST);
    let runs = [
        start_run(followed, 0, &first, Method::GET).await,
        start_run(canceled, 1, &first, Method::GET).await,
    ];
    let second = scene.serve(SECOND);
    canceled.hold(Method::GET, FIRST, "running");
    cancel(&second, runs[1]).await;
    canceled.wait_for(SOON, Method::DELETE, FIRST, 0).await;
    first.signal("TERM");
    assert!(first.wait_for_exit().await.success());
    followed.wait_for(SOON, Method::GET, SECOND, 0).await;
    followed.set_state("done");
    let (execution, _) = wait_for_end(&second, runs[0], SOON).await;
    assert_ended(followed, &execution, 2, 1);
    let (execution, _) = wait_for_end(&second, runs[1], SOON).await;
    assert_ended(canceled, &execution, 3, 1);
    assert_eq!(last_line(&execution), CANCELED);
    assert_eq!(canceled.callers(&Method::DELETE), [FIRST], "a cancellation is sent once");
}

#[tokio::test]
async fn cancellation_through_another_node_is_sent_by_the_one_that_follows() {
    let scene = Scene::start(1).await;
    let engine = &scene.engines[0];
    let _first = scene.serve(FIRST);
    let run = {
        let server = scene.serve_with(SERVER, &["--no-runner"]);
        let run = start_run(engine, 0, &server, Method::GET).await;
        cancel(&server, run).await;
        let (execution, _) = wait_for_end(&server, run, SOON).await;
        assert_ended(engine, &execution, 3, 0);
        execution
    };
    assert_eq!(last_line(&run), CANCELED);
    assert_eq!(engine.callers(&Method::DELETE), [FIRST]);
}
