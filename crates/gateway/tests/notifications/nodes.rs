//! Several nodes tell of each run once, and of the runs of a node that is gone.

use std::collections::HashSet;
use std::process::Stdio;

use tempfile::TempDir;
use txjobs_sdk::ApiKey;
use txjobs_test_support::{CommandOutput, PostgresServer, Program, TestServer, shell_jobs, wait_until};

use crate::receiver::{Receiver, wait_for_long, webhook};

#[tokio::test]
async fn two_nodes_tell_of_each_run_once_and_of_lost_runs() {
    let receiver = Receiver::start().await;
    let jobs: Vec<String> = (0..8).map(|n| format!("job {n}")).collect();
    let mut jobs: Vec<(&str, &str, &str)> = jobs.iter().map(|name| (&**name, "echo done", "")).collect();
    jobs.push(("long", "echo begun; sleep 1000", ""));
    let folder = TempDir::new().unwrap();
    let config = shell_jobs(&jobs) + &*webhook("A", &receiver.address, r#"on = ["completed", "failed"]"#);
    std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
    let url = PostgresServer::shared().create_database();
    let command = |arguments: &[&str]| {
        let mut command = std::process::Command::new(Program::Gateway.path());
        command.current_dir(folder.path()).stdin(Stdio::null()).args(arguments);
        command.env("TXJOBS_DATABASE", &url).env("RUST_LOG", "warn");
        command
    };
    let create = ["keys", "create", "--organization", "Contoso", "--name", "test"];
    let key = ApiKey::new(CommandOutput::of(&mut command(&create)).expect_success()).unwrap();
    let serve =
        || TestServer::start(Program::Gateway, command(&["serve", "--listen", "127.0.0.1:0"]), key.clone());
    let (a, b) = (serve(), serve());
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
    let c = serve();
    let ids = wait_for_long(|| told(expected.len() + 1)).await;
    let ended = c.wait_for_end(run).await;
    assert_eq!(*ids.last().unwrap(), format!("ended:{}", ended["Id"].as_str().unwrap()));
}
