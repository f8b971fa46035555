//! Responses to starts that are lost: the request may have started a run.

use crate::support::engine::{Kind, Phase};
use crate::support::scene::{Scene, last_message};
use crate::support::stand_in::Fault;

#[tokio::test(flavor = "multi_thread")]
async fn lost_response_to_a_start_ends_the_run_without_another_start() {
    let scene = Scene::start(|stand_in| {
        stand_in.set_phase(Phase::Succeeded);
        stand_in.add_start_fault(Fault::LoseResponse);
    })
    .await;
    let runs = scene.execute_all().await;
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 3, "{guide}: {execution:#}");
        let last = last_message(&execution);
        assert!(
            last.starts_with("It is unknown whether the run was started in the engine: "),
            "{guide}: {last}"
        );
        assert!(last.contains("Look in the engine for a run"), "{guide}: {last}");
        assert_eq!(stand_in.requests(Kind::Poll).len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_and_failed_starts_are_sent_once() {
    for (status, expected) in [
        (429, "The engine refused to start the run: the engine responded with 429"),
        (403, "The engine refused to start the run: the engine responded with 403"),
        (503, "It is unknown whether the run was started in the engine: the engine responded with 503"),
        (302, "It is unknown whether the run was started in the engine: the engine responded with 302"),
    ] {
        let scene = Scene::start(|stand_in| {
            let headers = vec![("retry-after", "0".to_owned()), ("location", stand_in.address.clone())];
            stand_in.add_start_fault(Fault::Respond(status, headers, stand_in.secrets().join(" ")));
        })
        .await;
        let runs = scene.execute_all().await;
        for (stand_in, execution) in scene.finish(&runs).await {
            assert_eq!(execution["State"], 3);
            let last = last_message(&execution);
            assert!(last.starts_with(expected), "{}: {last}", stand_in.engine.guide());
        }
    }
}
