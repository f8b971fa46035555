//! Runs that are never found: accepted and lost runs, and unknown trigger ids.

use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};

use crate::runs::{MAX_WAIT, MESSAGES, Server, failure, none_failed, says_in_order};
use crate::{JOBS, LOAD, NOWHERE};

/// Checks a server for each of these settings concurrently, because each waits for more than a minute.
async fn with_each(all: impl IntoIterator<Item = Value>, check: impl AsyncFn(Server, String)) {
    let checks = all.into_iter().map(async |settings| {
        let mut server = Server::start(JOBS);
        server.set(settings.clone()).await;
        let what = settings.to_string();
        failure(&what, check(server, what.clone())).await
    });
    let failed: Vec<_> = join_all(checks).await.into_iter().flatten().collect();
    none_failed(&failed);
}

#[tokio::test]
async fn a_run_that_is_lost_ends_without_an_execution() {
    let lost_after = async |pending: &str| {
        with_each([json!({}), json!({ "unknownTrigger": "notFound" })], async |server, what| {
            server.admin.fault(json!({ "effect": { "kind": "loseRun", "pending": pending } })).await;
            let run = server.run(&["run", "Load"]).await;
            assert_eq!((run.code, run.out.as_str()), (7, ""), "{what} {pending}: {run:?}");
            assert!(run.err.contains("ended without an execution"), "{what} {pending}: {run:?}");
            assert!(!run.err.contains("job continues"), "{what} {pending}: {run:?}");
            assert_eq!(server.executes().await, 1, "{what} {pending}: {run:?}");
        })
        .await;
    };
    futures::join!(lost_after("0s"), lost_after("2s"));
}

#[tokio::test]
async fn unknown_trigger_id_is_no_such_run() {
    let settings = [json!({}), json!({ "unknownTrigger": "notFound" }), json!({ "replicaLag": "1500ms" })];
    with_each(settings, async |server, what| {
        let follow = server.run(&["follow", "Load", NOWHERE]).await;
        assert_eq!((follow.code, follow.out.as_str()), (7, ""), "{what}: {follow:?}");
        assert!(follow.err.contains("no run with this trigger id"), "{what}: {follow:?}");
        assert!(!follow.err.contains("job continues"), "{what}: {follow:?}");
        assert_eq!(server.executes().await, 0, "{what}");
    })
    .await;
}

#[tokio::test]
async fn the_sdk_ends_a_run_that_is_lost() {
    let server = Server::start(JOBS);
    server.admin.fault(json!({ "effect": { "kind": "loseRun", "pending": "1s" } })).await;
    let events = server.client().execute_and_follow(LOAD.parse().unwrap()).collect::<Vec<_>>();
    let events = tokio::time::timeout(MAX_WAIT, events).await.unwrap();
    let Some(Err(trouble)) = events.last() else { panic!("{events:?}") };
    assert!(trouble.to_string().contains("ended without an execution"), "{trouble}");
    assert_eq!(server.executes().await, 1);
}

/// A run that stays pending for long is not treated as lost.
#[tokio::test]
async fn a_run_that_stays_pending_for_long_is_waited_for() {
    let settings = [
        json!({ "pickUp": "75s" }),
        json!({ "pickUp": "75s", "pendingLogs": "notFound" }),
        json!({ "pickUp": "75s", "replicaLag": "1500ms" }),
    ];
    with_each(settings, async |server, what| {
        let run = server.run(&["run", "Load", "--timeout", "200s"]).await;
        assert_eq!(run.code, 0, "{what}: {run:?}");
        says_in_order(&run.out, &MESSAGES, &what);
        assert_eq!(server.executes().await, 1, "{what}");
    })
    .await;
}
