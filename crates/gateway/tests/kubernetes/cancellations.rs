//! Runs that are canceled.

use txjobs_sdk::paths;
use txjobs_test_support::{lines, wait_until};

use crate::cluster::{Fault, Kind};
use crate::scene::{IMAGE, Scene, messages};
use crate::statuses;

#[tokio::test]
async fn canceled_run_deletes_its_job() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.add_fault(Kind::DeleteJob, Fault::LoseResponse);
    scene.server.call(paths::cancel_job(run.job)).await.expect_ok();
    let run = scene.server.wait_for_end(run).await;
    assert_eq!(lines(&run).last(), Some(&(2, "Canceled while it was running.")), "{run:#}");
    assert!(messages(&run).contains(&"Kubernetes has deleted the Job."), "{run:#}");
    assert!(scene.cluster.lock().job.is_none());
}

#[tokio::test]
async fn refused_deletion_is_a_warning() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.add_fault(Kind::DeleteJob, Fault::Respond(403, "Forbidden", "cannot delete resource"));
    scene.server.call(paths::cancel_job(run.job)).await.expect_ok();
    let run = scene.server.wait_for_end(run).await;
    let warning = lines(&run).into_iter().find(|(severity, _)| *severity == 1).unwrap().1;
    assert!(
        warning.contains("cannot delete resource") && warning.contains("It may go on in Kubernetes."),
        "{run:#}"
    );
}

#[tokio::test]
async fn job_that_is_created_after_the_cancellation_is_deleted() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    scene.cluster.add_fault(Kind::Create, Fault::Delay);
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Create, 1).await;
    scene.server.call(paths::cancel_job(run.job)).await.expect_ok();
    // It finds no Job. A slow admission webhook lets the server create it afterwards.
    scene.cluster.wait_for(Kind::DeleteJob, 1).await;
    scene.cluster.release();
    let run = scene.server.wait_for_end(run).await;
    wait_until("the creation", async || (scene.cluster.lock().created == 1).then_some(())).await;
    assert!(scene.cluster.lock().job.is_none(), "{run:#}");
    assert!(messages(&run).contains(&"Kubernetes has deleted the Job."), "{run:#}");
    assert_eq!(lines(&run).last(), Some(&(2, "Canceled while it was running.")), "{run:#}");
}

#[tokio::test]
async fn not_found_that_is_not_about_the_job_does_not_confirm_its_deletion() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.add_fault(Kind::DeleteJob, Fault::Garbage(404, "<html>no such page</html>"));
    scene.server.call(paths::cancel_job(run.job)).await.expect_ok();
    let run = scene.server.wait_for_end(run).await;
    assert!(scene.cluster.lock().job.is_none(), "{run:#}");
    assert!(messages(&run).contains(&"Kubernetes has deleted the Job."), "{run:#}");
}
