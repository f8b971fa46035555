//! Runs that are never found: what is accepted and lost, and trigger ids that nobody gave out.

use futures::StreamExt;
use serde_json::json;

use crate::runs::{MESSAGES, Server, says_in_order};
use crate::{JOBS, LOAD, NOWHERE};

#[tokio::test]
async fn a_run_that_is_lost_ends_without_an_execution() {
    let mut server = Server::start(JOBS);
    for (settings, pending) in
        [(json!({}), "0s"), (json!({}), "2s"), (json!({ "unknownTrigger": "notFound" }), "2s")]
    {
        server.set(settings.clone()).await;
        server.admin.fault(json!({ "effect": { "kind": "loseRun", "pending": pending } })).await;
        let run = server.run(&["run", "Load"]).await;
        assert_eq!((run.code, run.out.as_str()), (7, ""), "{settings} {pending}: {run:?}");
        assert!(run.err.contains("without an execution") || run.err.contains("no such run"), "{run:?}");
        assert_eq!(server.executes().await, 1, "{settings} {pending}: {run:?}");
    }
}

#[tokio::test]
async fn a_trigger_id_that_nobody_gave_out_is_no_such_run() {
    let mut server = Server::start(JOBS);
    for settings in [json!({}), json!({ "unknownTrigger": "notFound" }), json!({ "replicaLag": "1500ms" })] {
        server.set(settings.clone()).await;
        let follow = server.run(&["follow", "Load", NOWHERE]).await;
        assert_eq!((follow.code, follow.out.as_str()), (7, ""), "{settings}: {follow:?}");
        assert!(follow.err.to_lowercase().contains("no such run"), "{settings}: {follow:?}");
        assert_eq!(server.executes().await, 0, "{settings}");
    }
}

#[tokio::test]
async fn the_sdk_ends_a_run_that_is_lost() {
    let server = Server::start(JOBS);
    server.admin.fault(json!({ "effect": { "kind": "loseRun", "pending": "1s" } })).await;
    let events = server.client().execute_and_follow(LOAD.parse().unwrap()).collect::<Vec<_>>();
    let events = tokio::time::timeout(std::time::Duration::from_secs(120), events).await.unwrap();
    assert!(events.last().unwrap().is_err(), "{events:?}");
    assert_eq!(server.executes().await, 1);
}

/// A run that waits long for its turn is not one that is lost.
#[tokio::test]
async fn a_run_that_stays_pending_for_long_is_waited_for() {
    let mut server = Server::start(JOBS);
    for settings in [
        json!({ "pickUp": "20s" }),
        json!({ "pickUp": "20s", "pendingLogs": "notFound" }),
        json!({ "pickUp": "20s", "replicaLag": "1500ms" }),
    ] {
        server.set(settings.clone()).await;
        let run = server.run(&["run", "Load", "--timeout", "100s"]).await;
        assert_eq!(run.code, 0, "{settings}: {run:?}");
        says_in_order(&run.out, &MESSAGES, &settings.to_string());
        assert_eq!(server.executes().await, 1, "{settings}");
    }
}
