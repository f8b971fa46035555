//! Tests of notifications.

use futures::future::join_all;
use futures::stream::{self, StreamExt};
use txjobs_sdk::{ExecutionState, Severity, Starter};
use txjobs_store::{
    ArchivedRun, ChannelState, CheckState, DeclaredChannel, LatestTimes, Line, LogSummary, NewNotification,
    Retention, RunResult, SharedStore, StartCheck,
};
use uuid::Uuid;

use crate::test_store::{NOW, TestStore, line, organization};

conformance!(
    every_kind_of_end_is_announced_to_the_channels_of_its_time,
    channel_is_not_told_of_runs_before_its_declaration,
    announcement_stores_each_event_once,
    announced_run_has_its_names_and_its_log,
    removed_channel_is_forgotten_and_restored_anew,
    channel_has_one_attempt_at_a_time,
    failed_attempt_pauses_its_channel,
    times_of_a_clock_that_was_ahead_are_reset,
    delivered_and_given_up_notifications_are_not_due,
    check_begins_with_its_definition_and_is_announced_once,
    slow_and_missing_runs_are_found,
    old_notifications_and_deleted_runs_are_forgotten,
    concurrent_nodes_lose_and_repeat_nothing,
);

const RETRY: i64 = NOW + 60_000_000;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn channels(names: &[&str]) -> Vec<DeclaredChannel> {
    let channel = |name: &&str| DeclaredChannel { name: (*name).to_owned(), check_definition: None };
    names.iter().map(channel).collect()
}

async fn declare(test: &TestStore, names: &[&str]) {
    test.store.declare_channels(&channels(names), NOW).await.unwrap();
}

fn notification(channel: &str, event: &str) -> NewNotification {
    NewNotification { channel: channel.to_owned(), event: event.to_owned(), content: format!("{{{event}}}") }
}

/// Returns the channel and the execution of each run that is not announced.
async fn unannounced(test: &TestStore, channels: &[&str]) -> Vec<(String, Uuid)> {
    let runs = test.store.unannounced_runs(&names(channels), 100).await.unwrap();
    runs.into_iter().map(|(channel, run)| (channel, run.id)).collect()
}

async fn channel(test: &TestStore, name: &str) -> ChannelState {
    let states = test.store.channel_states().await.unwrap();
    states.into_iter().find(|state| state.name == name).unwrap()
}

async fn run(test: &TestStore, job: Uuid, state: ExecutionState) -> Uuid {
    let run = test.start_run(job).await;
    test.store.end_run(&run, &RunResult { state, error: None }, NOW + 3).await.unwrap();
    run.id
}

async fn every_kind_of_end_is_announced_to_the_channels_of_its_time(test: &TestStore) {
    let [a, b, c] = test.jobs;
    declare(test, &["x", "y"]).await;
    assert!(!channel(test, "x").await.has_unannounced_runs);
    let mut expected = vec![run(test, a, ExecutionState::Completed).await];
    // Canceled while it is pending.
    assert!(test.request_run(b).await.unwrap());
    test.store.cancel_run(b, NOW + 4).await.unwrap();
    // Lost with its node.
    let lost = test.start_run(a).await;
    test.store.sweep(std::time::Duration::ZERO).await.unwrap();
    // Archived, and history.
    let mut archived = ArchivedRun {
        id: Uuid::from_u128(77),
        job: c,
        trigger_id: Uuid::nil(),
        starter: None,
        link: None,
        state: ExecutionState::Failed,
        created_at: NOW,
        ended_at: NOW + 9,
        is_history: false,
    };
    test.store.archive_run(&archived, stream::iter(vec![]).boxed()).await.unwrap();
    archived.id = Uuid::from_u128(78);
    archived.is_history = true;
    test.store.archive_run(&archived, stream::iter(vec![]).boxed()).await.unwrap();

    let found = test.store.unannounced_runs(&names(&["x"]), 100).await.unwrap();
    let canceled = found.iter().find(|(_, run)| run.is_canceled).expect("the canceled run").1.id;
    expected.extend([canceled, lost.id, Uuid::from_u128(77)]);
    let mut ids: Vec<Uuid> = found.iter().map(|(_, run)| run.id).collect();
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    assert_eq!(unannounced(test, &["y"]).await.len(), expected.len());
    assert_eq!(unannounced(test, &["x", "y", "z"]).await.len(), 2 * expected.len());
    assert!(channel(test, "x").await.has_unannounced_runs);
    // Marking one channel's runs leaves those of the other.
    let all: Vec<_> = found.iter().map(|(channel, run)| (channel.clone(), run.id)).collect();
    test.store.announce(&all, &[], NOW).await.unwrap();
    assert_eq!(unannounced(test, &["x"]).await, []);
    assert_eq!(unannounced(test, &["y"]).await.len(), expected.len());
    assert!(!channel(test, "x").await.has_unannounced_runs);
}

async fn channel_is_not_told_of_runs_before_its_declaration(test: &TestStore) {
    run(test, test.jobs[0], ExecutionState::Failed).await;
    let running = test.start_run(test.jobs[0]).await;
    declare(test, &["x"]).await;
    assert_eq!(unannounced(test, &["x"]).await, []);
    // A declaration again changes nothing.
    test.store.declare_channels(&channels(&["x"]), NOW + 5).await.unwrap();
    assert_eq!(channel(test, "x").await.since, NOW);
    let result = RunResult { state: ExecutionState::Failed, error: None };
    test.store.end_run(&running, &result, NOW + 6).await.unwrap();
    declare(test, &["x", "y"]).await;
    assert_eq!(unannounced(test, &["x", "y"]).await, [("x".to_owned(), running.id)]);
}

async fn announcement_stores_each_event_once(test: &TestStore) {
    declare(test, &["x", "y"]).await;
    let id = run(test, test.jobs[0], ExecutionState::Failed).await;
    let runs = [("x".to_owned(), id), ("y".to_owned(), id)];
    let notifications =
        [notification("x", "ended:1"), notification("y", "ended:1"), notification("gone", "ended:1")];
    for _ in 0..2 {
        test.store.announce(&runs, &notifications, NOW).await.unwrap();
    }
    for name in ["x", "y"] {
        let state = channel(test, name).await;
        assert_eq!((state.pending, state.next_attempt_at, state.has_unannounced_runs), (1, Some(NOW), false));
    }
    let found = test.store.claim_notification("x", NOW, RETRY).await.unwrap().unwrap();
    assert_eq!((found.event.as_str(), found.content.as_str()), ("ended:1", "{ended:1}"));
    assert_eq!((found.created_at, found.attempts), (NOW, 1));
    // Also when it is delivered.
    test.store.note_delivery(&found, NOW).await.unwrap();
    test.store.announce(&[], &notifications, NOW).await.unwrap();
    assert_eq!(channel(test, "x").await.pending, 0);
}

async fn announced_run_has_its_names_and_its_log(test: &TestStore) {
    declare(test, &["x"]).await;
    let running = test.start_run(test.jobs[0]).await;
    let severe = |severity, message: &str| Line { severity, ..line(message) };
    let lines = [
        severe(Severity::Warning, "w1"),
        severe(Severity::Error, "first \u{e4}"),
        line("i"),
        severe(Severity::Error, "second"),
        severe(Severity::Warning, "w2"),
        severe(Severity::Warning, "w3"),
    ];
    test.store.append_lines(&running, 1, &lines).await.unwrap();
    let result = RunResult { state: ExecutionState::CompletedWithErrors, error: None };
    test.store.end_run(&running, &result, NOW + 6).await.unwrap();
    let found = test.store.unannounced_runs(&names(&["x"]), 1).await.unwrap();
    let (channel, found) = &found[0];
    assert_eq!((channel.as_str(), found.id, found.job), ("x", running.id, test.jobs[0]));
    assert_eq!((found.organization.as_str(), found.trigger_id), ("Contoso", running.trigger_id));
    assert_eq!(found.job_name, format!("Load {}", test.jobs[0]));
    assert_eq!((found.state, found.starter), (ExecutionState::CompletedWithErrors, Some(Starter::Api)));
    assert_eq!((found.created_at, found.ended_at, found.is_canceled), (NOW + 1, Some(NOW + 6), false));
    let summary = test.store.log_summary(found.number).await.unwrap();
    let expected = LogSummary { warnings: 3, errors: 2, first_error: Some("first \u{e4}".to_owned()) };
    assert_eq!(summary, expected);
    assert_eq!(test.store.log_summary(found.number + 1).await.unwrap(), LogSummary::default());
}

async fn removed_channel_is_forgotten_and_restored_anew(test: &TestStore) {
    declare(test, &["x", "y"]).await;
    run(test, test.jobs[0], ExecutionState::Failed).await;
    test.store.announce(&[], &[notification("x", "1")], NOW).await.unwrap();
    declare(test, &["y"]).await;
    let states = test.store.channel_states().await.unwrap();
    assert_eq!(states.iter().map(|state| state.name.as_str()).collect::<Vec<_>>(), ["y"]);
    assert!(!test.store.restore_channels(&channels(&["y"]), NOW + 7).await.unwrap());
    assert!(test.store.restore_channels(&channels(&["x", "y"]), NOW + 7).await.unwrap());
    let state = channel(test, "x").await;
    assert_eq!((state.since, state.pending, state.has_unannounced_runs), (NOW + 7, 0, false));
    assert_eq!(channel(test, "y").await.since, NOW);
    assert_eq!(unannounced(test, &["x", "y"]).await.len(), 1);
    declare(test, &[]).await;
    assert_eq!(test.store.channel_states().await.unwrap(), []);
    // Without channels, nothing is noted.
    run(test, test.jobs[0], ExecutionState::Failed).await;
    declare(test, &["x"]).await;
    assert_eq!(unannounced(test, &["x"]).await, []);
}

async fn channel_has_one_attempt_at_a_time(test: &TestStore) {
    declare(test, &["x", "y"]).await;
    let all = ["1", "2"].map(|event| notification("x", event));
    test.store.announce(&[], &all, NOW).await.unwrap();
    test.store.announce(&[], &[notification("y", "1")], NOW).await.unwrap();
    let claim = async |now| {
        let claimed = test.store.claim_notification("x", now, now + 60_000_000).await.unwrap();
        claimed.map(|claimed| (claimed.event, claimed.attempts))
    };
    assert_eq!(claim(NOW - 1).await, None);
    let other = test.open_again().await.unwrap_or_else(|| test.store.clone());
    let claims =
        join_all([&test.store, &other].iter().map(|store| store.claim_notification("x", NOW, RETRY)));
    let claimed: Vec<_> = claims.await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    assert_eq!((claimed[0].event.as_str(), claimed[0].attempts), ("1", 1));
    assert_eq!((claimed[0].channel.as_str(), claimed[0].failures), ("x", 0));
    assert_eq!(claim(NOW).await, None);
    assert!(test.store.claim_notification("y", NOW, RETRY).await.unwrap().is_some());
    // Its node was killed.
    assert_eq!(channel(test, "x").await.next_attempt_at, Some(RETRY));
    assert_eq!(claim(RETRY - 1).await, None);
    assert_eq!(claim(RETRY).await, Some(("1".to_owned(), 2)));
    // The node was only slow. It does not end the attempt of the other one.
    test.store.postpone_notification(&claimed[0], Some(NOW), NOW).await.unwrap();
    assert_eq!(claim(RETRY).await, None);
    test.store.note_delivery(&claimed[0], RETRY).await.unwrap();
    assert_eq!(claim(RETRY).await, None);
    assert_eq!(claim(RETRY + 60_000_000).await, Some(("2".to_owned(), 1)));
}

async fn failed_attempt_pauses_its_channel(test: &TestStore) {
    declare(test, &["x"]).await;
    let all = ["1", "2"].map(|event| notification("x", event));
    test.store.announce(&[], &all, NOW).await.unwrap();
    let claim = async |now| test.store.claim_notification("x", now, now + 60_000_000).await.unwrap();
    let first = claim(NOW).await.unwrap();
    test.store.postpone_notification(&first, Some(NOW + 2), NOW + 5).await.unwrap();
    // A configuration that is read again does not end the pause.
    declare(test, &["x"]).await;
    assert_eq!(channel(test, "x").await.next_attempt_at, Some(NOW + 5));
    assert_eq!(claim(NOW + 4).await, None);
    let again = claim(NOW + 5).await.unwrap();
    assert_eq!((again.event.as_str(), again.attempts, again.failures), ("1", 2, 1));
    test.store.postpone_notification(&again, Some(NOW + 99), NOW + 6).await.unwrap();
    let second = claim(NOW + 6).await.unwrap();
    assert_eq!((second.event.as_str(), second.failures), ("2", 2));
    test.store.note_delivery(&second, NOW + 7).await.unwrap();
    assert_eq!(claim(NOW + 99).await.unwrap().failures, 0);
}

async fn times_of_a_clock_that_was_ahead_are_reset(test: &TestStore) {
    let declared =
        |name: &str| DeclaredChannel { name: name.to_owned(), check_definition: Some("a".to_owned()) };
    let all = [declared("x"), declared("y")];
    test.store.declare_channels(&all[1..], NOW).await.unwrap();
    // The clock is ahead.
    test.store.declare_channels(&all, NOW + 1000).await.unwrap();
    test.store.announce(&[], &[notification("x", "1"), notification("y", "1")], NOW).await.unwrap();
    let claim = async |name| test.store.claim_notification(name, NOW + 1, NOW + 2).await.unwrap();
    let (x, y) = (claim("x").await.unwrap(), claim("y").await.unwrap());
    test.store.postpone_notification(&x, Some(NOW + 300), NOW + 200).await.unwrap();
    test.store.postpone_notification(&y, Some(NOW + 20), NOW + 10).await.unwrap();
    assert_eq!((channel(test, "x").await.busy_until, claim("x").await), (NOW + 200, None));
    let latest = LatestTimes { busy_until: NOW + 10, next_attempt_at: NOW + 20, checked_until: NOW + 30 };
    for _ in 0..2 {
        test.store.reset_later_times(latest, NOW + 1).await.unwrap();
    }
    let times = async |name| {
        let state = channel(test, name).await;
        (state.busy_until, state.next_attempt_at, state.check.unwrap().checked_until)
    };
    assert_eq!(times("x").await, (0, Some(NOW + 1), NOW + 1));
    assert_eq!(times("y").await, (NOW + 10, Some(NOW + 20), NOW));
    assert_eq!(claim("x").await.unwrap().failures, 1);
}

async fn delivered_and_given_up_notifications_are_not_due(test: &TestStore) {
    declare(test, &["x"]).await;
    let all = ["1", "2"].map(|event| notification("x", event));
    test.store.announce(&[], &all, NOW).await.unwrap();
    let claim = async |now| test.store.claim_notification("x", now, now + 60_000_000).await.unwrap();
    let first = claim(NOW).await.unwrap();
    test.store.postpone_notification(&first, Some(NOW + 5), NOW).await.unwrap();
    let second = claim(NOW).await.unwrap();
    assert_eq!(second.event, "2");
    test.store.postpone_notification(&second, None, NOW).await.unwrap();
    assert_eq!(channel(test, "x").await.pending, 1);
    let again = claim(NOW + 5).await.unwrap();
    assert_eq!((again.event.as_str(), again.attempts), ("1", 2));
    // A node whose attempt was overtaken says nothing about the next one, but what is delivered is delivered.
    test.store.postpone_notification(&first, None, NOW).await.unwrap();
    assert_eq!(channel(test, "x").await.pending, 1);
    test.store.note_delivery(&first, NOW + 6).await.unwrap();
    test.store.postpone_notification(&again, Some(NOW + 9), NOW).await.unwrap();
    let state = channel(test, "x").await;
    assert_eq!((state.pending, state.next_attempt_at), (0, None));
    assert_eq!(claim(i64::MAX / 2).await, None);
}

async fn check_begins_with_its_definition_and_is_announced_once(test: &TestStore) {
    let declare = async |definition: Option<&str>, now| {
        let check_definition = definition.map(str::to_owned);
        let channels = [DeclaredChannel { name: "x".to_owned(), check_definition }];
        test.store.declare_channels(&channels, now).await.unwrap();
    };
    let state = async || channel(test, "x").await.check;
    let check = |definition, checked_until, due_time| StartCheck {
        channel: "x",
        definition,
        checked_until,
        due_time,
    };
    let expected = |definition: &str, checked_until| {
        Some(CheckState { definition: definition.to_owned(), checked_until })
    };
    declare(None, NOW).await;
    assert_eq!(state().await, None);
    // On an earlier channel.
    declare(Some("a"), NOW + 5).await;
    assert_eq!(state().await, expected("a", NOW + 5));
    assert_eq!(channel(test, "x").await.since, NOW);
    declare(Some("a"), NOW + 6).await;
    assert_eq!(state().await, expected("a", NOW + 5));
    let new = [notification("x", "not_started:1")];
    for wrong in [check("b", NOW + 5, NOW + 9), check("a", NOW + 4, NOW + 9)] {
        assert!(!test.store.announce_missing_runs(wrong, &new, NOW + 9).await.unwrap());
    }
    assert_eq!(channel(test, "x").await.pending, 0);
    // Of several nodes, one announces.
    let other = test.open_again().await.unwrap_or_else(|| test.store.clone());
    let announced = join_all(
        [&test.store, &other]
            .iter()
            .map(|store| store.announce_missing_runs(check("a", NOW + 5, NOW + 9), &new, NOW + 9)),
    );
    let announced: Vec<_> = announced.await.into_iter().map(Result::unwrap).collect();
    assert_eq!(announced.iter().filter(|announced| **announced).count(), 1, "{announced:?}");
    assert_eq!(channel(test, "x").await.pending, 1);
    assert_eq!(state().await, expected("a", NOW + 9));
    declare(Some("b"), NOW + 20).await;
    assert_eq!(state().await, expected("b", NOW + 20));
    declare(None, NOW + 30).await;
    assert_eq!(state().await, None);
    declare(Some("b"), NOW + 40).await;
    assert_eq!(state().await, expected("b", NOW + 40));
}

async fn slow_and_missing_runs_are_found(test: &TestStore) {
    let [a, b, _] = test.jobs;
    let running = test.start_run(a).await;
    assert!(test.request_run(b).await.unwrap());
    let slow = async |before| {
        let runs = test.store.running_runs(before).await.unwrap();
        runs.into_iter().map(|run| (run.id, run.state, run.ended_at)).collect::<Vec<_>>()
    };
    assert_eq!(slow(NOW + 1).await, []);
    assert_eq!(slow(NOW + 2).await, [(running.id, ExecutionState::Running, None)]);
    let between =
        async |job, after, until| test.store.has_execution_between(job, after, until).await.unwrap();
    assert!(between(a, NOW, NOW + 1).await);
    assert!(!between(a, NOW + 1, NOW + 9).await);
    assert!(!between(a, NOW - 9, NOW).await);
    assert!(!between(b, NOW - 9, NOW + 9).await, "it is pending");
    assert!(!between(Uuid::from_u128(404), NOW - 9, NOW + 9).await);
}

async fn old_notifications_and_deleted_runs_are_forgotten(test: &TestStore) {
    declare(test, &["x"]).await;
    let job = test.jobs[0];
    let ended = run(test, job, ExecutionState::Failed).await;
    let retention = Retention { max_runs: Some(0), ended_before: None };
    assert_eq!(test.store.delete_old_runs(job, retention).await.unwrap(), 0, "it is not announced");
    assert_eq!(unannounced(test, &["x"]).await, [("x".to_owned(), ended)]);
    test.store.announce(&[("x".to_owned(), ended)], &[], NOW).await.unwrap();
    assert_eq!(test.store.delete_old_runs(job, retention).await.unwrap(), 1);
    test.store.announce(&[], &[notification("x", "1")], NOW).await.unwrap();
    test.store.announce(&[], &[notification("x", "2")], NOW + 1).await.unwrap();
    test.store.announce(&[], &[notification("x", "slow:1")], NOW).await.unwrap();
    let kept = run(test, job, ExecutionState::Failed).await;
    test.store.delete_old_notifications(NOW + 1, &names(&["slow:1"])).await.unwrap();
    assert_eq!(channel(test, "x").await.pending, 2);
    test.store.delete_old_notifications(NOW + 1, &[]).await.unwrap();
    let state = channel(test, "x").await;
    assert_eq!((state.pending, state.next_attempt_at), (1, Some(NOW + 1)));
    assert_eq!(unannounced(test, &["x"]).await, [("x".to_owned(), kept)]);
    test.store.announce(&[("x".to_owned(), kept)], &[], NOW).await.unwrap();
    assert!(!channel(test, "x").await.has_unannounced_runs);
}

async fn concurrent_nodes_lose_and_repeat_nothing(test: &TestStore) {
    declare(test, &["x", "y"]).await;
    let other = test.open_again().await.unwrap_or_else(|| test.store.clone());
    let mut expected = Vec::new();
    for _ in 0..10 {
        expected.push(run(test, test.jobs[0], ExecutionState::Failed).await.to_string());
    }
    let node = async |store: &SharedStore| {
        let found = store.unannounced_runs(&names(&["x", "y"]), 100).await.unwrap();
        let runs: Vec<_> = found.iter().map(|(channel, run)| (channel.clone(), run.id)).collect();
        let new: Vec<_> = runs.iter().map(|(channel, id)| notification(channel, &id.to_string())).collect();
        store.announce(&runs, &new, NOW).await.unwrap();
        let mut claimed = Vec::new();
        while let Some(notification) = store.claim_notification("x", NOW, RETRY).await.unwrap() {
            claimed.push(notification.event.clone());
            store.note_delivery(&notification, NOW).await.unwrap();
        }
        claimed
    };
    let claimed =
        join_all((0..8_usize).map(|n| node(if n.is_multiple_of(2) { &test.store } else { &other })));
    let mut claimed = claimed.await.concat();
    claimed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(claimed, expected);
    assert_eq!(channel(test, "y").await.pending, 10);
    assert_eq!(unannounced(test, &["x", "y"]).await, []);
    // Declarations and attempts at the same time as ends of runs.
    let jobs = test.jobs;
    let ends = async {
        for job in jobs {
            run(test, job, ExecutionState::Failed).await;
        }
    };
    let declarations = async {
        for _ in 0..5 {
            other.declare_channels(&channels(&["y"]), NOW).await.unwrap();
            other.declare(&[organization("Contoso", &jobs)]).await.unwrap();
            other.declare_channels(&channels(&["x", "y"]), NOW).await.unwrap();
        }
    };
    let attempts = async {
        for _ in 0..5 {
            if let Some(notification) = other.claim_notification("y", NOW, RETRY).await.unwrap() {
                other.note_delivery(&notification, NOW).await.unwrap();
            }
        }
    };
    futures::join!(ends, declarations, attempts);
    assert_eq!(unannounced(test, &["y"]).await.len(), 3);
}
