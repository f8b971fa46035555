//! A gateway that ends in the middle of its runs, and starts again.

use crate::support::engine::{Kind, Phase};
use crate::support::scene::{Scene, last_message, messages};
use crate::support::stand_in::Fault;

const FOLLOWED_AGAIN: &str = "The gateway follows the run";

async fn assert_all_completed(scene: &Scene, runs: &[txjobs_test_support::StartedRun]) {
    for (stand_in, execution) in scene.finish(runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 2, "{guide}: {execution:#}");
        let again = messages(&execution).into_iter().filter(|text| text.starts_with(FOLLOWED_AGAIN)).count();
        assert_eq!(again, 1, "{guide}: {execution:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_gateway_follows_its_runs_again() {
    let mut scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    scene.server.kill_and_restart();
    scene.set_phase(Phase::Succeeded);
    assert_all_completed(&scene, &runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_gateway_leaves_its_runs_to_the_next_start() {
    let mut scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    scene.server.signal("TERM");
    assert!(scene.server.wait_for_exit().await.success());
    // They end while there is no gateway.
    scene.set_phase(Phase::Succeeded);
    scene.serve_again();
    assert_all_completed(&scene, &runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gateway_that_is_killed_during_a_start_never_starts_again() {
    let mut scene = Scene::start(|stand_in| stand_in.add_start_fault(Fault::Hold)).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Start, 1).await;
    scene.server.kill_and_restart();
    scene.stand_ins.iter().for_each(crate::support::stand_in::StandIn::release);
    scene.set_phase(Phase::Succeeded);
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 3, "{guide}: {execution:#}");
        let last = last_message(&execution);
        assert!(
            last.contains("unknown whether the run was started in the engine: the gateway ended"),
            "{guide}: {last}"
        );
        assert_eq!(stand_in.requests(Kind::Poll).len(), 0, "{guide}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_during_a_start_waits_for_the_response() {
    let mut scene = Scene::start(|stand_in| stand_in.add_start_fault(Fault::Hold)).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Start, 1).await;
    scene.server.signal("TERM");
    txjobs_test_support::wait_until("the stop", async || {
        let ready = scene.server.http().get(format!("{}/health/ready", scene.server.address())).send().await;
        (!ready.is_ok_and(|response| response.status().is_success())).then_some(())
    })
    .await;
    scene.stand_ins.iter().for_each(crate::support::stand_in::StandIn::release);
    assert!(scene.server.wait_for_exit().await.success());
    scene.set_phase(Phase::Succeeded);
    scene.serve_again();
    assert_all_completed(&scene, &runs).await;
}
