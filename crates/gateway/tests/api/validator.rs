//! Conditional requests, and logs that are sent in several chunks.

use axum::body::Body;
use axum::http::Request;
use txjobs_sdk::types::{LogsSelection, TriggerId};
use txjobs_sdk::{ExecutionState, Severity, operation, paths};
use txjobs_store::{Line, RunResult};
use txjobs_test_support::test_app::TestApp;
use txjobs_test_support::{TestResponse, lines};

/// Sends the request with the entity tag of an earlier response.
async fn call_with_tag(app: &TestApp, request: &operation::Request, tag: &str) -> TestResponse {
    let request = Request::get(request.path_and_query())
        .header(paths::API_KEY_HEADER, app.keys[0].expose())
        .header("if-none-match", tag);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn unchanged_response_is_not_sent_again() {
    let app = TestApp::with_runner().await;
    let job = app.job("Quick");
    let trigger = app.execute(job).await;
    app.wait_for_end(job, trigger).await;
    for request in [
        paths::list_jobs(),
        paths::list_job_statuses(),
        paths::get_job_logs(job, None, None),
        paths::get_job_logs_by_trigger(job, trigger, None),
    ] {
        let first = app.call(request.clone()).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        assert_eq!(first.header("cache-control"), "private, no-cache");
        assert!(first.header("vary").to_ascii_lowercase().contains("apikey"));
        for known in [tag.as_str(), &format!("\"other\", {}", tag.trim_start_matches("W/")), "*"] {
            let second = call_with_tag(&app, &request, known).await;
            assert_eq!((second.status, second.text.as_str()), (304, ""), "{request:?} {known}");
            assert_eq!(second.header("etag"), tag);
            assert_eq!(second.header(paths::EXTENSIONS_HEADER), "cancel, after, limit, logs, executions");
        }
        assert_eq!(call_with_tag(&app, &request, "\"other\"").await.status, 200);
    }
}

#[tokio::test]
async fn changed_response_is_sent_again() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let (statuses, log) = (paths::list_job_statuses(), paths::get_job_logs(job, None, None));
    let before = app.call(statuses.clone()).await.header("etag").to_owned();
    let trigger = app.execute(job).await;
    assert_eq!(call_with_tag(&app, &statuses, &before).await.status, 200);

    let run = app.claim_run(1_000_000).await.unwrap();
    let mut tags = vec![app.call(log.clone()).await.header("etag").to_owned()];
    let line = Line { time: 2_000_000, severity: Severity::Information, message: "One".to_owned() };
    app.store.append_lines(&run, 1, &[line]).await.unwrap();
    let by_trigger = paths::get_job_logs_by_trigger(job, trigger, None);
    tags.push(call_with_tag(&app, &log, &tags[0]).await.header("etag").to_owned());
    assert_eq!(lines(&app.call(by_trigger).await.expect_ok()[0]).len(), 1);
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test]
async fn entity_tag_without_a_key_is_refused() {
    let app = TestApp::without_runner().await;
    let tag = app.call(paths::list_jobs()).await.header("etag").to_owned();
    let request = Request::get(paths::list_jobs().path_and_query()).header("if-none-match", tag);
    app.send(request.body(Body::empty()).unwrap()).await.expect_error(401);
}

/// Short, long and empty logs in one response, which is sent in several chunks.
#[tokio::test]
async fn long_history_in_chunks_is_complete() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let counts = [0i64, 3, 1, 2_500, 0, 700, 800, 1, 0, 12_000, 2];
    let mut triggers = Vec::new();
    for count in counts {
        triggers.push(app.execute(job).await);
        let run = app.claim_run(1_000_000).await.unwrap();
        let line = |n| Line {
            time: 1_000_000 + n,
            severity: Severity::Information,
            // Some are as long as a chunk.
            message: if n % 5_000 == 7 { "x".repeat(300_000) } else { format!("line {n}") },
        };
        app.store.append_lines(&run, 1, &(0..count).map(line).collect::<Vec<_>>()).await.unwrap();
        let ending = RunResult { state: ExecutionState::Completed, error: None };
        app.store.end_run(&run, &ending, 2_000_000).await.unwrap();
    }
    let history = app.call(paths::get_job_logs(job, None, None)).await.expect_ok();
    let history = history.as_array().unwrap();
    assert_eq!(history.len(), counts.len());
    for (execution, count) in history.iter().zip(counts) {
        let lines = lines(execution);
        assert_eq!(lines.len(), usize::try_from(count).unwrap());
        for (n, line) in lines.iter().enumerate().filter(|(n, _)| n % 5_000 != 7) {
            assert_eq!(line.1, format!("line {n}"));
        }
    }
    let without_lines = paths::get_job_logs(job, None, Some(LogsSelection::None));
    assert_eq!(app.call(without_lines).await.expect_ok().as_array().unwrap().len(), counts.len());

    // From the middle of a long one.
    let trigger: TriggerId = triggers[9];
    let middle = history[9]["JobExecutionLogs"][5_999]["Id"].as_str().unwrap().parse().unwrap();
    let rest = app.call(paths::get_job_logs_by_trigger(job, trigger, Some(middle))).await.expect_ok();
    let rest = lines(&rest[0]);
    assert_eq!((rest.len(), rest[0].1), (6_000, "line 6000"));
}
