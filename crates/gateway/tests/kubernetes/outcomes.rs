//! How runs end.

use serde_json::Value;

use crate::cluster::{Cluster, Kind};
use crate::scene::{IMAGE, Scene, assert_end};
use crate::statuses;

/// Runs a job until its pod runs, lets something happen, and returns the ended run.
async fn run(settings: &str, happen: impl FnOnce(&Cluster)) -> Value {
    let scene = Scene::with_settings(statuses::running(), settings, IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    happen(&scene.cluster);
    scene.server.wait_for_end(run).await
}

#[tokio::test]
async fn exit_code_decides_the_outcome() {
    let failed = run("", |cluster| cluster.exit(3)).await;
    assert_end(&failed, 3, "The container \"job\" exited with code 3.");
    let completed = run("completed = [3]", |cluster| cluster.exit(3)).await;
    assert_eq!(completed["State"], 2, "{completed:#}");
    let other = run("completed = [3]", |cluster| cluster.exit(0)).await;
    assert_end(&other, 3, "The container \"job\" exited with code 0.");
}

#[tokio::test]
async fn end_by_kubernetes_has_its_reason() {
    for (status, text) in [
        (
            statuses::terminated(137, "OOMKilled"),
            "used more memory than its limit and was killed (OOMKilled, exit code 137)",
        ),
        (statuses::evicted(), "Evicted: The node was low on resource: memory."),
        (statuses::node_lost(), "DeletionByPodGC: PodGC: node no longer exists."),
        (statuses::terminated(128, "StartError"), "failed with exit code 128: StartError."),
    ] {
        // Whatever the exit code is.
        let failed = run("completed = [0, 137, 128]", |cluster| {
            cluster.set_pod_status(status);
            cluster.end_job("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        })
        .await;
        assert_end(&failed, 3, text);
    }
}

#[tokio::test]
async fn deadline_of_the_job_is_its_timeout() {
    let failed = run("timeout = \"90s\"", |cluster| {
        assert_eq!(cluster.job()["spec"]["activeDeadlineSeconds"], 90);
        cluster.delete_pod();
        cluster.end_job("Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
    })
    .await;
    assert_end(
        &failed,
        3,
        "The run took longer than its timeout of 1m 30s and was ended (DeadlineExceeded).",
    );
}

#[tokio::test]
async fn deleted_pod_or_job_fails_the_run() {
    let failed = run("", |cluster| {
        cluster.delete_pod();
        cluster.end_job("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    })
    .await;
    assert_end(&failed, 3, "was deleted before it had ended");
    let failed = run("", Cluster::delete_job).await;
    assert_end(&failed, 3, "was deleted from the namespace etl before the gateway could read how it ended.");
}
