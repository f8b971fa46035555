//! Tests of a followed run as a stream of events.

use axum::{body::Body, http::Response};
use futures::StreamExt;
use txjobs_sdk::{ErrorKind, ExecutionState, RunEvent, types::JobId};
use txjobs_test_support::{FakeServer, json_response};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const TRIGGER: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";

fn queued() -> Response<Body> {
    json_response(202, &format!(r#"{{"jobId":"{JOB}","triggerId":"{TRIGGER}"}}"#))
}

fn execution(state: i32, lines: usize) -> Response<Body> {
    let lines: Vec<_> = (0..lines)
        .map(|n| {
            format!(r#"{{"Id":"c2d5e8f1-0a3b-4c6d-9e7f-00000000000{n}","Severity":0,"Message":"line {n}"}}"#)
        })
        .collect();
    let lines = lines.join(",");
    json_response(
        200,
        &format!(
            r#"[{{"Id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","JobId":"{JOB}","State":{state},
            "TriggerId":"{TRIGGER}","JobExecutionLogs":[{lines}]}}]"#
        ),
    )
}

fn describe(event: &RunEvent) -> String {
    match event {
        RunEvent::Queued(queued) => format!("queued {}", queued.trigger_id),
        RunEvent::State(state) => state.to_string(),
        RunEvent::ExternalLink(link) => format!("link {link}"),
        RunEvent::Line(line) => line.message.clone(),
        RunEvent::TransientError(error) => error.kind.name().to_owned(),
        RunEvent::Ended(execution) => format!("ended {}", execution.state),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn executed_job_is_followed_to_the_end_of_its_run() {
    let server = FakeServer::start(|n, _| match n {
        0 => queued(),
        1 => json_response(404, ""),
        2 => execution(1, 1),
        3 => json_response(503, ""),
        4 => json_response(503, ""),
        5 => execution(1, 2),
        _ => execution(4, 3),
    });
    let events = server.client().execute_and_follow(JOB.parse::<JobId>().unwrap());
    let events: Vec<_> = events.map(|event| describe(&event.unwrap())).collect().await;
    assert_eq!(
        events,
        [
            &format!("queued {TRIGGER}"),
            "running",
            "line 0",
            "server_error",
            "line 1",
            "completed with errors",
            "line 2",
            "ended completed with errors"
        ]
    );
    let requests = server.requests();
    assert_eq!(requests.iter().filter(|request| request.method == "POST").count(), 1);
    assert!(
        requests[1..].iter().all(|request| request.target == format!("/public/jobs/{JOB}/logs/{TRIGGER}"))
    );
}

#[tokio::test]
async fn stream_sends_nothing_before_it_is_polled() {
    let server = FakeServer::start(|_, _| queued());
    drop(server.client().execute_and_follow(JOB.parse().unwrap()));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn refused_execute_is_the_only_item_of_the_stream() {
    let server = FakeServer::start(|_, _| json_response(409, r#"{"Message":"It runs."}"#));
    let events: Vec<_> = server.client().execute_and_follow(JOB.parse().unwrap()).collect().await;
    let [Err(error)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert!(!error.is_outcome_unknown());
}

#[tokio::test]
async fn refused_key_ends_the_stream() {
    let server = FakeServer::start(|n, _| if n == 0 { execution(1, 1) } else { json_response(401, "") });
    let events: Vec<_> =
        server.client().follow(JOB.parse().unwrap(), TRIGGER.parse().unwrap()).collect().await;
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].as_ref().unwrap(), &RunEvent::State(ExecutionState::Running));
    assert_eq!(events[2].as_ref().unwrap_err().kind, ErrorKind::KeyRefused);
}

#[tokio::test]
async fn link_of_a_run_is_reported_once_when_it_is_known() {
    let with_link = |state, link: &str| {
        json_response(
            200,
            &format!(
                r#"[{{"Id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","JobId":"{JOB}","State":{state},"TriggerId":"{TRIGGER}",
                "ExternalLink":{link},"JobExecutionLogs":[]}}]"#
            ),
        )
    };
    let server = FakeServer::start(move |n, _| match n {
        0 => queued(),
        1 => with_link(1, "null"),
        2 => with_link(1, "\"\""),
        3 | 4 => with_link(1, "\"https://engine.example/7\""),
        _ => with_link(2, "\"https://engine.example/7\""),
    });
    let events = server.client().execute_and_follow(JOB.parse::<JobId>().unwrap());
    let events: Vec<_> = events.map(|event| describe(&event.unwrap())).collect().await;
    let expected = ["running", "link https://engine.example/7", "completed", "ended completed"];
    assert_eq!(events[1..], expected);
}
