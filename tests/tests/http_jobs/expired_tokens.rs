//! Tokens that expire during a run.

use txjobs_test_support::wait_until;

use crate::support::engine::{Kind, Phase};
use crate::support::scene::Scene;
use crate::support::stand_in::StandIn;

/// Waits until a poll was refused.
async fn wait_for_refusal(stand_in: &StandIn) {
    wait_until("a refused poll", async || {
        stand_in.requests(Kind::Poll).iter().any(|(.., status)| *status == 401).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_token_is_read_again_during_a_run() {
    let scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    let tokens: Vec<_> = scene.stand_ins.iter().map(StandIn::expire_token).collect();
    for (index, (stand_in, token)) in scene.stand_ins.iter().zip(tokens).enumerate() {
        wait_for_refusal(stand_in).await;
        // With access tokens, the gateway requests another one.
        if !stand_in.engine.has_oauth2() {
            scene.rotate_secret(index, &token);
        }
        stand_in.set_phase(Phase::Succeeded);
    }
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 2, "{guide}: {execution:#}");
        let tokens = stand_in.requests(Kind::Token).len();
        assert_eq!(tokens, if stand_in.engine.has_oauth2() { 2 } else { 0 }, "{guide}");
    }
}
