//! Several nodes tell of each run once, and of the runs of a node that is gone.

use std::collections::HashSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use tempfile::TempDir;
use txjobs_sdk::ApiKey;
use txjobs_test_support::{CommandOutput, PostgresServer, Program, TestServer, shell_jobs, wait_until};

use crate::receiver::{Receiver, Reply, wait_for_long, webhook};

/// A database, and a folder with the configuration of its nodes.
pub struct Cluster {
    folder: TempDir,
    url: String,
    key: ApiKey,
}

impl Cluster {
    pub fn new(config: &str) -> Self {
        Self::behind(config, PostgresServer::shared().port())
    }

    /// Creates a database to which its nodes connect at this port.
    pub fn behind(config: &str, port: u16) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let server = PostgresServer::shared();
        let url = server.create_database().replace(&format!(":{}/", server.port()), &format!(":{port}/"));
        let create = ["keys", "create", "--organization", "Contoso", "--name", "test"];
        let key = CommandOutput::of(&mut command(&folder, &url, &create)).expect_success();
        Self { folder, url, key: ApiKey::new(key).unwrap() }
    }

    pub fn serve(&self) -> TestServer {
        let serve = command(&self.folder, &self.url, &["serve", "--listen", "127.0.0.1:0"]);
        TestServer::start(Program::Gateway, serve, self.key.clone())
    }
}

fn command(folder: &TempDir, url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(Program::Gateway.path());
    command.current_dir(folder.path()).stdin(Stdio::null()).args(arguments);
    command.env("TXJOBS_DATABASE", url).env("RUST_LOG", "warn");
    command
}

#[tokio::test]
async fn two_nodes_tell_of_each_run_once_and_of_lost_runs() {
    let receiver = Receiver::start().await;
    let jobs: Vec<String> = (0..8).map(|n| format!("job {n}")).collect();
    let mut jobs: Vec<(&str, &str, &str)> = jobs.iter().map(|name| (&**name, "echo done", "")).collect();
    jobs.push(("long", "echo begun; sleep 1000", ""));
    let config = shell_jobs(&jobs) + &*webhook("A", &receiver.address, r#"on = ["completed", "failed"]"#);
    let cluster = Cluster::new(&config);
    let (a, b) = (cluster.serve(), cluster.serve());
    let mut expected = HashSet::new();
    for round in 0..3 {
        for (n, (name, ..)) in jobs.iter().take(8).enumerate() {
            let run = if (n + round) % 2 == 0 { a.run(name).await } else { b.run(name).await };
            expected.insert(format!("ended:{}", run["Id"].as_str().unwrap()));
        }
    }
    let told = |count| {
        let ids = receiver.texts("event_id");
        (ids.len() >= count).then_some(ids)
    };
    let ids = wait_for_long(|| told(expected.len())).await;
    assert_eq!(ids.len(), expected.len(), "each run is told once: {ids:?}");
    assert_eq!(ids.into_iter().collect::<HashSet<_>>(), expected);
    // A lost node's run is ended and told of by the other one.
    let run = a.execute("long").await;
    let begun = wait_until("the start", async || {
        let response = b.call(txjobs_sdk::paths::get_job_logs_by_trigger(run.job, run.trigger, None)).await;
        response.text.contains("begun").then_some(())
    });
    begun.await;
    a.kill();
    b.kill();
    let c = cluster.serve();
    let ids = wait_for_long(|| told(expected.len() + 1)).await;
    let ended = c.wait_for_end(run).await;
    assert_eq!(*ids.last().unwrap(), format!("ended:{}", ended["Id"].as_str().unwrap()));
}

#[tokio::test]
async fn server_that_asks_to_wait_is_left_alone_by_all_nodes_and_after_a_restart() {
    let receiver = Receiver::with_reply(|number, _| match number {
        0 => Reply::Send((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "12")]).into_response()),
        _ => StatusCode::OK.into(),
    })
    .await;
    let config = shell_jobs(&[("works", "echo done", "")])
        + &*webhook("A", &receiver.address, r#"on = ["completed"]"#);
    let cluster = Cluster::new(&config);
    let (a, b) = (cluster.serve(), cluster.serve());
    a.run("works").await;
    let first = receiver.wait_for(1).await[0].at;
    for node in [&b, &a, &b] {
        node.run("works").await;
    }
    a.kill();
    let c = cluster.serve();
    c.run("works").await;
    assert!(first.elapsed() < Duration::from_secs(12), "this test needs the pause for its runs");
    let received = receiver.wait_for(6).await;
    let waited = received[1].at - first;
    assert!(waited > Duration::from_millis(11_900), "{waited:?}");
    let ids: HashSet<String> = receiver.texts("event_id").into_iter().collect();
    assert_eq!((received.len(), ids.len()), (6, 5));
}
