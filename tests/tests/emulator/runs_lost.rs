//! Runs that are never found: accepted and lost runs, and unknown trigger ids.

use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};

use crate::tested_emulator::{
    MAX_WAIT, MESSAGES, TestedEmulator, assert_messages_in_order, assert_none_failed, failed_check,
};
use crate::{JOBS, LOAD, UNKNOWN_ID};

/// Checks a server for each of these settings concurrently, because each waits for more than a minute.
async fn with_each(all: impl IntoIterator<Item = Value>, check: impl AsyncFn(TestedEmulator, String)) {
    let checks = all.into_iter().map(async |settings| {
        let mut emulator = TestedEmulator::start(JOBS);
        emulator.set_behavior(settings.clone()).await;
        let what = settings.to_string();
        failed_check(&what, check(emulator, what.clone())).await
    });
    let failed: Vec<_> = join_all(checks).await.into_iter().flatten().collect();
    assert_none_failed(&failed);
}

#[tokio::test]
async fn lost_run_ends_without_an_execution() {
    let lost_after = async |pending: &str| {
        with_each([json!({}), json!({ "unknownTrigger": "notFound" })], async |emulator, what| {
            emulator.admin.add_fault(json!({ "effect": { "kind": "loseRun", "pending": pending } })).await;
            let run = emulator.run(&["run", "Load"]).await;
            assert_eq!((run.code, run.stdout.as_str()), (7, ""), "{what} {pending}: {run:?}");
            assert!(run.stderr.contains("ended without an execution"), "{what} {pending}: {run:?}");
            assert!(!run.stderr.contains("job continues"), "{what} {pending}: {run:?}");
            assert_eq!(emulator.execute_count().await, 1, "{what} {pending}: {run:?}");
        })
        .await;
    };
    futures::join!(lost_after("0s"), lost_after("2s"));
}

#[tokio::test]
async fn unknown_trigger_id_is_reported() {
    let settings = [json!({}), json!({ "unknownTrigger": "notFound" }), json!({ "replicaLag": "1500ms" })];
    with_each(settings, async |emulator, what| {
        let follow = emulator.run(&["follow", "Load", UNKNOWN_ID]).await;
        assert_eq!((follow.code, follow.stdout.as_str()), (7, ""), "{what}: {follow:?}");
        assert!(follow.stderr.contains("no run with this trigger id"), "{what}: {follow:?}");
        assert!(!follow.stderr.contains("job continues"), "{what}: {follow:?}");
        assert_eq!(emulator.execute_count().await, 0, "{what}");
    })
    .await;
}

#[tokio::test]
async fn lost_run_is_an_error_of_the_sdk() {
    let emulator = TestedEmulator::start(JOBS);
    emulator.admin.add_fault(json!({ "effect": { "kind": "loseRun", "pending": "1s" } })).await;
    let events = emulator.client().execute_and_follow(LOAD.parse().unwrap()).collect::<Vec<_>>();
    let events = tokio::time::timeout(MAX_WAIT, events).await.unwrap();
    let Some(Err(trouble)) = events.last() else { panic!("{events:?}") };
    assert!(trouble.to_string().contains("ended without an execution"), "{trouble}");
    assert_eq!(emulator.execute_count().await, 1);
}

/// A run that stays pending for long is not treated as lost.
#[tokio::test]
async fn run_that_stays_pending_for_long_is_followed() {
    let settings = [
        json!({ "startDelay": "75s" }),
        json!({ "startDelay": "75s", "pendingLogs": "notFound" }),
        json!({ "startDelay": "75s", "replicaLag": "1500ms" }),
    ];
    with_each(settings, async |emulator, what| {
        let run = emulator.run(&["run", "Load", "--timeout", "200s"]).await;
        assert_eq!(run.code, 0, "{what}: {run:?}");
        assert_messages_in_order(&run.stdout, &MESSAGES, &what);
        assert_eq!(emulator.execute_count().await, 1, "{what}");
    })
    .await;
}
