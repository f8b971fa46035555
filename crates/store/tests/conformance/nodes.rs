//! Tests of nodes, their heartbeats, and the end of their runs.

use std::time::Duration;

use txjobs_sdk::{ExecutionState, Starter};
use txjobs_store::{ErrorKind, RunResult, Selection};

use crate::test_store::{NOW, TestStore, line, node_info};

conformance!(
    nodes_are_listed_with_their_runs,
    node_that_responds_is_not_swept,
    sweep_ends_the_runs_of_silent_nodes,
    swept_node_writes_nothing_more,
    run_with_resume_token_is_claimed_again,
    deleted_node_leaves_no_run_behind,
    runs_that_a_node_did_not_end_are_found,
    concurrent_sweeps_end_each_run_once,
);

const LONG: Duration = Duration::from_secs(60);
const COMPLETED: RunResult = RunResult { state: ExecutionState::Completed, error: None };

async fn nodes_are_listed_with_their_runs(test: &TestStore) {
    test.start_run(test.jobs[0]).await;
    test.start_run(test.jobs[1]).await;
    test.store.register_node(&node_info("second")).await.unwrap();
    let nodes = test.store.nodes().await.unwrap();
    assert_eq!(
        nodes.iter().map(|node| (node.info.name.as_str(), node.running)).collect::<Vec<_>>(),
        [("first", 2), ("second", 0)]
    );
    assert_eq!(nodes[0].info, node_info("first"));
    assert!(nodes[0].gone_at.is_none() && nodes[0].seen_at >= nodes[0].started_at);
}

async fn node_that_responds_is_not_swept(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    assert!(
        test.store.heartbeat(test.node).await.unwrap().time
            >= test.store.nodes().await.unwrap()[0].started_at
    );
    assert_eq!(test.store.sweep(LONG).await.unwrap(), []);
    test.store.end_run(&run, &COMPLETED, NOW + 3).await.unwrap();
}

async fn sweep_ends_the_runs_of_silent_nodes(test: &TestStore) {
    let (first, second) = (test.start_run(test.jobs[0]).await, test.start_run(test.jobs[1]).await);
    test.store.append_lines(&first, 1, &[line("working")]).await.unwrap();
    test.request_run(test.jobs[2]).await.unwrap();
    assert_eq!(test.store.sweep(Duration::ZERO).await.unwrap(), [first, second]);
    assert_eq!(test.store.sweep(Duration::ZERO).await.unwrap(), []);
    let lost = "The node first no longer responded while the job was running, so the run was given up.";
    assert_eq!(test.messages(&first).await, ["working", lost]);
    assert_eq!(test.messages(&second).await, [lost]);
    assert!(test.store.nodes().await.unwrap()[0].gone_at.is_some());
    // The jobs accept runs again, and the pending run waits for another node.
    assert!(test.request_run(test.jobs[0]).await.unwrap());
    let next = test.store.register_node(&node_info("next")).await.unwrap();
    assert_eq!(test.claim(next).await.unwrap().unwrap().run.job, test.jobs[2]);
}

async fn swept_node_writes_nothing_more(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    test.request_run(test.jobs[1]).await.unwrap();
    test.store.sweep(Duration::ZERO).await.unwrap();
    let store = &test.store;
    let before = test.messages(&run).await;
    assert_eq!(store.heartbeat(test.node).await.unwrap_err().kind(), ErrorKind::NotOwner);
    assert_eq!(store.append_lines(&run, 1, &[line("late")]).await.unwrap_err().kind(), ErrorKind::NotOwner);
    assert_eq!(store.end_run(&run, &COMPLETED, NOW).await.unwrap_err().kind(), ErrorKind::NotOwner);
    assert_eq!(store.set_resume_token(&run, "late", None).await.unwrap_err().kind(), ErrorKind::NotOwner);
    // A claim either fails or finds nothing.
    assert_eq!(test.claim(test.node).await.unwrap_or_default(), None);
    assert_eq!(test.messages(&run).await, before);
}

async fn run_with_resume_token_is_claimed_again(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    test.store.append_lines(&run, 1, &[line("started")]).await.unwrap();
    let link = "https://engine/pages/7";
    test.store.set_resume_token(&run, "https://engine/runs/7", Some(link)).await.unwrap();
    assert_eq!(test.store.sweep(Duration::ZERO).await.unwrap(), []);
    assert!(!test.request_run(test.jobs[0]).await.unwrap(), "the run goes on");
    let next = test.store.register_node(&node_info("next")).await.unwrap();
    let claimed = test.claim(next).await.unwrap().unwrap();
    assert_eq!((claimed.run.id, claimed.run.node), (run.id, next));
    assert_eq!(claimed.resume_token.as_deref(), Some("https://engine/runs/7"));
    assert_eq!(test.claim(next).await.unwrap(), None);
    assert_eq!(
        test.store.append_lines(&run, 2, &[line("late")]).await.unwrap_err().kind(),
        ErrorKind::NotOwner
    );
    assert_eq!(test.store.next_seq(&claimed.run).await.unwrap(), 2);
    test.store.append_lines(&claimed.run, 2, &[line("continued")]).await.unwrap();
    test.store.end_run(&claimed.run, &COMPLETED, NOW + 9).await.unwrap();
    assert_eq!(test.messages(&run).await, ["started", "continued"]);
    let all = Selection::Newest { limit: None, with_lines: false };
    let executions = test.store.executions(run.job, all).await.unwrap();
    assert_eq!((executions[0].link.as_deref(), executions[0].starter), (Some(link), Some(Starter::Api)));
}

async fn deleted_node_leaves_no_run_behind(test: &TestStore) {
    let (kept, resumed) = (test.start_run(test.jobs[0]).await, test.start_run(test.jobs[1]).await);
    test.store.set_resume_token(&resumed, "x", None).await.unwrap();
    // A node with a run of its own is kept, so that a sweep ends the run.
    test.store.delete_node(test.node).await.unwrap();
    assert_eq!(test.store.nodes().await.unwrap().len(), 1);
    test.store.end_run(&kept, &COMPLETED, NOW + 2).await.unwrap();
    test.store.delete_node(test.node).await.unwrap();
    assert_eq!(test.store.nodes().await.unwrap(), []);
    let next = test.store.register_node(&node_info("next")).await.unwrap();
    assert_eq!(test.claim(next).await.unwrap().unwrap().run.id, resumed.id);
}

async fn runs_that_a_node_did_not_end_are_found(test: &TestStore) {
    let find = async || test.store.unfinished_runs_of(&[test.node]).await.unwrap();
    let ended = test.start_run(test.jobs[0]).await;
    test.store.end_run(&ended, &COMPLETED, NOW + 2).await.unwrap();
    let (running, resumable) = (test.start_run(test.jobs[1]).await, test.start_run(test.jobs[2]).await);
    test.store.set_resume_token(&resumable, "x", None).await.unwrap();
    assert_eq!(find().await, [running]);
    // Its processes may still run after another node has ended it.
    test.store.sweep(Duration::ZERO).await.unwrap();
    assert_eq!(find().await, [running]);
    assert_eq!(test.store.unfinished_runs_of(&[]).await.unwrap(), []);
}

async fn concurrent_sweeps_end_each_run_once(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    let other = test.open_again().await.unwrap_or_else(|| test.store.clone());
    let sweeps = futures::join!(
        test.store.sweep(Duration::ZERO),
        other.sweep(Duration::ZERO),
        test.store.sweep(Duration::ZERO),
        other.sweep(Duration::ZERO)
    );
    let ended: usize =
        [sweeps.0, sweeps.1, sweeps.2, sweeps.3].into_iter().map(|runs| runs.unwrap().len()).sum();
    assert_eq!((ended, test.messages(&run).await.len()), (1, 1));
}
