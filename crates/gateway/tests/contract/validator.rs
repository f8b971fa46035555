//! Answers that need not be sent again, and logs that are sent in pieces.

use axum::body::Body;
use axum::http::Request;
use txjobs_sdk::types::{LogsSelection, TriggerId};
use txjobs_sdk::{ExecutionState, Severity, operation, paths};
use txjobs_store::{Line, RunResult};

use crate::house::{Answer, House, lines};

/// Asks with what a browser's cache would add.
async fn again(house: &House, request: &operation::Request, tag: &str) -> Answer {
    let request = Request::get(request.path_and_query())
        .header(paths::API_KEY_HEADER, house.keys[0].expose())
        .header("if-none-match", tag);
    house.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let house = House::working().await;
    let job = house.job("Quick");
    let trigger = house.execute(job).await;
    house.outcome(job, trigger).await;
    for request in [
        paths::list_jobs(),
        paths::list_job_statuses(),
        paths::get_job_logs(job, None, None),
        paths::get_job_logs_by_trigger(job, trigger, None),
    ] {
        let first = house.ask(request.clone()).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        assert_eq!(first.header("cache-control"), "private, no-cache");
        assert!(first.header("vary").to_ascii_lowercase().contains("apikey"));
        for known in [tag.as_str(), &format!("\"other\", {}", tag.trim_start_matches("W/")), "*"] {
            let second = again(&house, &request, known).await;
            assert_eq!((second.status, second.text.as_str()), (304, ""), "{request:?} {known}");
            assert_eq!(second.header("etag"), tag);
            assert_eq!(second.header(paths::EXTENSIONS_HEADER), "cancel, after, limit, logs");
        }
        assert_eq!(again(&house, &request, "\"other\"").await.status, 200);
    }
}

#[tokio::test]
async fn what_has_changed_is() {
    let house = House::idle().await;
    let job = house.job("Quick");
    let (statuses, log) = (paths::list_job_statuses(), paths::get_job_logs(job, None, None));
    let before = house.ask(statuses.clone()).await.header("etag").to_owned();
    let trigger = house.execute(job).await;
    assert_eq!(again(&house, &statuses, &before).await.status, 200);

    let run = house.store.claim_run(1_000_000, 1_000_000).await.unwrap().unwrap();
    let mut tags = vec![house.ask(log.clone()).await.header("etag").to_owned()];
    let line = Line { time: 2_000_000, severity: Severity::Information, message: "One".to_owned() };
    house.store.append_lines(run.number, 1, &[line]).await.unwrap();
    let by_trigger = paths::get_job_logs_by_trigger(job, trigger, None);
    tags.push(again(&house, &log, &tags[0]).await.header("etag").to_owned());
    assert_eq!(lines(&house.ask(by_trigger).await.ok()[0]).len(), 1);
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test]
async fn a_validator_tells_nothing_to_a_stranger() {
    let house = House::idle().await;
    let tag = house.ask(paths::list_jobs()).await.header("etag").to_owned();
    let request = Request::get(paths::list_jobs().path_and_query()).header("if-none-match", tag);
    house.send(request.body(Body::empty()).unwrap()).await.refused(401);
}

/// Logs of many shapes, next to one another: they come in pieces and are what they are.
#[tokio::test]
async fn a_long_history_in_pieces_is_whole() {
    let house = House::idle().await;
    let job = house.job("Quick");
    let counts = [0i64, 3, 1, 2_500, 0, 700, 800, 1, 0, 12_000, 2];
    let mut triggers = Vec::new();
    for count in counts {
        triggers.push(house.execute(job).await);
        let run = house.store.claim_run(1_000_000, 1_000_000).await.unwrap().unwrap();
        let line = |n| Line {
            time: 1_000_000 + n,
            severity: Severity::Information,
            // Some as long as a whole piece.
            message: if n % 5_000 == 7 { "x".repeat(300_000) } else { format!("line {n}") },
        };
        house.store.append_lines(run.number, 1, &(0..count).map(line).collect::<Vec<_>>()).await.unwrap();
        let ending = RunResult { state: ExecutionState::Completed, error: None };
        house.store.end_run(&run, &ending, 2_000_000).await.unwrap();
    }
    let whole = house.ask(paths::get_job_logs(job, None, None)).await.ok();
    let whole = whole.as_array().unwrap();
    assert_eq!(whole.len(), counts.len());
    for (execution, count) in whole.iter().zip(counts) {
        let lines = lines(execution);
        assert_eq!(lines.len(), usize::try_from(count).unwrap());
        for (n, line) in lines.iter().enumerate().filter(|(n, _)| n % 5_000 != 7) {
            assert_eq!(line.1, format!("line {n}"));
        }
    }
    let bare = paths::get_job_logs(job, None, Some(LogsSelection::None));
    assert_eq!(house.ask(bare).await.ok().as_array().unwrap().len(), counts.len());

    // From the middle of a long one.
    let trigger: TriggerId = triggers[9];
    let middle = whole[9]["JobExecutionLogs"][5_999]["Id"].as_str().unwrap().parse().unwrap();
    let rest = house.ask(paths::get_job_logs_by_trigger(job, trigger, Some(middle))).await.ok();
    let rest = lines(&rest[0]);
    assert_eq!((rest.len(), rest[0].1), (6_000, "line 6000"));
}
