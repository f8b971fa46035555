//! Pods that do not start.

use serde_json::json;

use crate::cluster::Kind;
use crate::scene::{IMAGE, Scene, assert_end, messages};
use crate::statuses;

const SHORT: &str = "image = \"load:1\"\nstart_timeout = \"2s\"\n";

#[tokio::test]
async fn pod_that_does_not_start_in_time_fails_with_the_reason() {
    for (status, text) in [
        (
            statuses::waiting("ImagePullBackOff", "Back-off pulling image \"load:1\""),
            "cannot start: ImagePullBackOff: Back-off pulling",
        ),
        (
            statuses::waiting("CreateContainerConfigError", "secret \"x\" not found"),
            "CreateContainerConfigError: secret \"x\" not found.",
        ),
        (
            statuses::unschedulable("0/3 nodes are available: 3 Insufficient cpu."),
            "has no node: Unschedulable: 0/3 nodes are available",
        ),
    ] {
        let scene = Scene::start(status, SHORT).await;
        let run = scene.server.run("Load").await;
        assert_end(&run, 3, text);
        assert_eq!(scene.cluster.requests(Kind::DeleteJob), ["Foreground"]);
        assert!(scene.cluster.lock().job.is_none());
        // The reason was in the log before.
        assert!(messages(&run).iter().filter(|message| message.contains(text)).count() == 2, "{run:#}");
    }
}

#[tokio::test]
async fn pod_that_never_starts_fails_at_once() {
    let scene = Scene::start(statuses::waiting("InvalidImageName", "couldn't parse image name"), IMAGE).await;
    assert_end(&scene.server.run("Load").await, 3, "InvalidImageName: couldn't parse image name.");
}

#[tokio::test]
async fn pod_that_was_not_created_fails_with_the_event() {
    let scene = Scene::start(json!(null), SHORT).await;
    scene.cluster.lock().events = json!([{ "metadata": {}, "involvedObject": {}, "reason": "FailedCreate", "message": "exceeded quota: etl" }]);
    let run = scene.server.run("Load").await;
    assert_end(
        &run,
        3,
        "Kubernetes has not created a pod: FailedCreate: exceeded quota: etl. The pod has not started within 2s",
    );
    assert_eq!(scene.cluster.requests(Kind::Events), ["involvedObject.uid=uid-1,type=Warning"]);
}

#[tokio::test]
async fn pod_that_starts_late_completes() {
    let status = statuses::waiting("ErrImagePull", "connection refused");
    let scene = Scene::start(status, IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.server.wait_until(run, |run| messages(run).iter().any(|text| text.contains("ErrImagePull"))).await;
    scene.cluster.set_pod_status(statuses::running());
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.write(&["begun"]);
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), messages(&run).last()), (Some(2), Some(&"begun")), "{run:#}");
}
