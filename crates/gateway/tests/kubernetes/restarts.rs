//! A gateway that ends in the middle of a run, and starts again.

use crate::api_server;
use crate::cluster::{Fault, Kind};
use crate::scene::{IMAGE, Scene, assert_end, messages};
use crate::statuses;

/// Asserts that the messages of the pod are these, each once, between those of the gateway.
fn assert_pod_lines(execution: &serde_json::Value, expected: &[&str]) {
    let own = |text: &&str| !text.starts_with("Kubernetes runs") && !text.starts_with("The gateway follows");
    let found: Vec<_> = messages(execution).into_iter().filter(own).collect();
    assert_eq!(found, expected, "{execution:#}");
}

#[tokio::test]
async fn killed_gateway_follows_its_run_again_without_repeating_a_line() {
    let mut scene = Scene::with_settings(statuses::running(), "error = ['^ERROR']", IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    let texts: Vec<_> = (0..30).map(|n| format!("ERROR {n:02}")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    // At every place between two lines of a second.
    for (index, text) in texts.iter().enumerate() {
        scene.cluster.write(&[text]);
        scene.server.wait_until(run, |run| messages(run).contains(text)).await;
        if matches!(index, 0 | 3 | 7 | 8) {
            scene.server.kill_and_restart();
        }
    }
    scene.server.kill_and_restart();
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), scene.cluster.lock().created), (Some(4), 1), "{run:#}");
    assert_pod_lines(&run, &texts);
    let again =
        messages(&run).into_iter().filter(|text| text.starts_with("The gateway follows the Job")).count();
    assert_eq!(again, 5, "{run:#}");
}

#[tokio::test]
async fn stopped_gateway_leaves_its_run_to_the_next_start() {
    let mut scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.write(&["before"]);
    scene.server.wait_until(run, |run| messages(run).contains(&"before")).await;
    scene.server.signal("TERM");
    assert!(scene.server.wait_for_exit().await.success());
    // It ends while there is no gateway.
    scene.cluster.write(&["meanwhile"]);
    scene.cluster.exit(3);
    scene.serve_again();
    let run = scene.server.wait_for_end(run).await;
    assert_end(&run, 3, "exited with code 3");
    assert_pod_lines(&run, &["before", "meanwhile", "The container \"job\" exited with code 3."]);
    assert_eq!(scene.cluster.requests(Kind::DeleteJob).len(), 0);
}

#[tokio::test]
async fn gateway_that_is_killed_during_the_create_starts_one_job() {
    let mut scene = Scene::start(statuses::running(), IMAGE).await;
    scene.cluster.add_fault(Kind::Create, Fault::Hold);
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Create, 1).await;
    scene.server.kill_and_restart();
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), scene.cluster.lock().created), (Some(2), 1), "{run:#}");
}

#[tokio::test]
async fn job_that_was_deleted_while_no_gateway_ran_fails_the_run() {
    let mut scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.server.signal("TERM");
    assert!(scene.server.wait_for_exit().await.success());
    scene.cluster.delete_job();
    scene.serve_again();
    assert_end(&scene.server.wait_for_end(run).await, 3, "was deleted from the namespace etl");
    assert_eq!(scene.cluster.lock().created, 1);
}

/// The address of the cluster changes while no gateway runs, before or after the Job is known.
#[tokio::test]
async fn run_is_neither_started_nor_given_up_as_deleted_in_another_cluster() {
    for is_known in [false, true] {
        let mut scene = Scene::start(statuses::running(), IMAGE).await;
        if !is_known {
            scene.cluster.add_fault(Kind::Create, Fault::Hold);
        }
        let run = scene.server.execute("Load").await;
        scene.cluster.wait_for(if is_known { Kind::Log } else { Kind::Create }, 1).await;
        scene.server.signal("KILL");
        scene.server.wait_for_exit().await;
        let other = api_server::start(statuses::running()).await;
        scene.use_cluster(&other.address);
        scene.serve_again();
        let run = scene.server.wait_for_end(run).await;
        assert_end(&run, 3, "The job has changed since the run was started: its cluster was at ");
        assert_end(
            &run,
            3,
            if is_known { "It may go on in the earlier cluster" } else { "It was not created again" },
        );
        assert_eq!(other.lock().created, 0);
        assert_eq!(other.requests(Kind::DeleteJob).len(), 0);
        assert_eq!(scene.cluster.lock().created, 1);
    }
}

#[tokio::test]
async fn run_is_followed_if_its_cluster_has_another_address() {
    let mut scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.server.signal("KILL");
    scene.server.wait_for_exit().await;
    let address = scene.cluster.address.replace("127.0.0.1", "localhost");
    assert_ne!(address, scene.cluster.address);
    scene.use_cluster(&address);
    scene.serve_again();
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), scene.cluster.lock().created), (Some(2), 1), "{run:#}");
}
