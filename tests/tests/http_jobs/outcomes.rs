//! Runs that the engines end.

use crate::support::engine::{Kind, Phase};
use crate::support::scene::{Scene, last_message, messages};

const COMPLETED: i64 = 2;
const FAILED: i64 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn run_of_each_engine_completes() {
    let scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    scene.set_phase(Phase::Succeeded);
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], COMPLETED, "{guide}: {execution:#}");
        let messages = messages(&execution);
        assert!(messages[0].starts_with("The engine has started the run"), "{guide}: {messages:?}");
        assert!(
            last_message(&execution).starts_with("The engine has ended the run"),
            "{guide}: {messages:?}"
        );
        // The configurations of the others name no page.
        let has_link = !matches!(guide, "another-server-of-this-api");
        assert_eq!(
            execution["ExternalLink"].as_str().is_some_and(|link| link.starts_with("https://")),
            has_link,
            "{guide}: {execution:#}"
        );
        assert_eq!(stand_in.requests(Kind::Cancel).len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_of_each_engine_fails_with_its_reason() {
    let scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    scene.set_phase(Phase::Failed);
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], FAILED, "{guide}: {execution:#}");
        // The reason repeats the token, which is masked. Two engines report no reason with the state.
        let has_reason = !matches!(guide, "github-actions" | "another-server-of-this-api");
        assert_eq!(
            last_message(&execution).contains("no table for ***"),
            has_reason,
            "{guide}: {execution:#}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_state_counts_as_running_with_one_warning() {
    let scene = Scene::start(|stand_in| stand_in.set_phase(Phase::Unknown)).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 2).await;
    scene.set_phase(Phase::Succeeded);
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], COMPLETED, "{guide}: {execution:#}");
        let warnings = messages(&execution).into_iter().filter(|text| text.contains("unknown state")).count();
        assert_eq!(warnings, 1, "{guide}: {execution:#}");
    }
}
