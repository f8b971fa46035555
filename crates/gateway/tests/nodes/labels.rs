//! Which node runs which job.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use txjobs_sdk::paths;
use txjobs_test_support::{TestServer, lines, send_signal, shell_jobs, wait_until};

use crate::cluster::{Cluster, wait_for_end};

const JOBS: [(&str, &str, &str); 2] =
    [("anywhere", "echo ok", ""), ("special", "echo special", "runs_on = [\"gpu\", \"eu\"]")];

#[tokio::test]
async fn job_waits_for_a_node_with_its_labels() {
    let cluster = Cluster::new(&JOBS);
    let plain = cluster.serve(&["--label", "gpu"]);
    let waiting = plain.execute("special").await;
    assert_eq!(plain.run("anywhere").await["State"], 2);
    assert_eq!(plain.call(paths::get_job_status(waiting.job)).await.json()["Status"], 1);
    let nodes = cluster.run(&["nodes"]);
    assert!(nodes.stdout.contains("\tgpu\n"), "{nodes:?}");
    let problem = "The job \"special\" of \"Contoso\" waits: no node has the labels gpu, eu.";
    assert!(nodes.stderr.contains(problem), "{nodes:?}");
    let _special = cluster.serve(&["--label", "eu", "--label", "gpu"]);
    let (execution, _) = wait_for_end(&plain, waiting, Duration::from_secs(10)).await;
    assert_eq!(lines(&execution), [(0, "special")]);
    assert_eq!(cluster.run(&["nodes"]).stderr, "");
}

#[tokio::test]
async fn node_without_a_server_runs_jobs() {
    let cluster = Cluster::new(&JOBS);
    let server = cluster.serve(&["--no-runner"]);
    let run = server.execute("anywhere").await;
    let mut command = cluster.command(&["run", "--metrics-listen", "127.0.0.1:0"]);
    let mut node = command.stdout(Stdio::piped()).spawn().unwrap();
    let (mut output, mut first, mut metrics) =
        (BufReader::new(node.stdout.take().unwrap()), String::new(), String::new());
    output.read_line(&mut first).unwrap();
    assert_eq!(first, "running jobs\n");
    output.read_line(&mut metrics).unwrap();
    let metrics = metrics.strip_prefix("metrics on ").unwrap().trim_end();
    let (execution, _) = wait_for_end(&server, run, Duration::from_secs(10)).await;
    assert_eq!(execution["State"], 2);
    let completed = r#"txjobs_runs_total{organization="Contoso",job_name="anywhere",outcome="completed"} 1"#
        .to_owned()
        + "\n";
    wait_until("the metrics", async || {
        let text = server.http().get(metrics).send().await.unwrap().text().await.unwrap();
        (text.contains(&completed) && text.contains("\ntxjobs_nodes 2\n")).then_some(())
    })
    .await;
    send_signal("TERM", node.id());
    assert!(node.wait().unwrap().success());
}

#[tokio::test]
async fn added_job_runs_on_a_node_without_a_server() {
    let cluster = Cluster::new(&JOBS);
    let server = cluster.serve(&["--no-runner"]);
    let mut node = cluster.command(&["run"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(node.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "running jobs\n");
    let jobs = [JOBS[0], ("added", "echo added", "")];
    std::fs::write(cluster.folder.path().join("gateway.toml"), shell_jobs(&jobs)).unwrap();
    wait_until("the added job", async || {
        let jobs = server.call(paths::list_jobs()).await.json();
        jobs.as_array()?.iter().any(|job| job["Name"] == "added").then_some(())
    })
    .await;
    let run = server.execute("added").await;
    let (execution, _) = wait_for_end(&server, run, Duration::from_secs(10)).await;
    assert_eq!(lines(&execution), [(0, "added")]);
    send_signal("TERM", node.id());
    assert!(node.wait().unwrap().success());
}

#[test]
fn roles_of_a_sqlite_file_are_explained() {
    let cluster = Cluster::with_url("gateway.db".to_owned(), &JOBS);
    let error = cluster.run(&["run"]).stderr;
    assert!(error.contains("a SQLite file has only one node. Use `serve`"), "{error}");
    let error = cluster.run(&["serve", "--no-runner", "--listen", "127.0.0.1:0"]).stderr;
    assert!(error.contains("a SQLite file has only one node"), "{error}");
    let error = cluster.run(&["serve", "--label", "two words"]).stderr;
    assert!(error.contains("is not a label"), "{error}");
}

/// A node with an older configuration must not claim, and fail, the runs of a job that it does not know.
#[tokio::test]
async fn node_with_another_configuration_leaves_unknown_jobs_alone() {
    let cluster = Cluster::new(&JOBS[..1]);
    let old = cluster.serve(&[]);
    std::fs::write(
        cluster.folder.path().join("gateway.toml"),
        txjobs_test_support::shell_jobs(&[JOBS[0], ("new", "echo new", "")]),
    )
    .unwrap();
    let server: TestServer = cluster.serve(&["--no-runner"]);
    let run = server.execute("new").await;
    assert_eq!(old.run("anywhere").await["State"], 2);
    assert_eq!(server.call(paths::get_job_status(run.job)).await.json()["Status"], 1);
    let new = cluster.serve(&[]);
    assert_eq!(new.wait_for_end(run).await["State"], 2);
}
