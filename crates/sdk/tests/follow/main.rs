//! Tests of `RunFollower` with hand-written responses.

mod absence;
mod line_ids;
mod resume;

use std::time::Duration;

use txjobs_sdk::{
    Error, ErrorKind, ExecutionState, Extensions, JobStatusCode, RetryAfter, Severity, Timestamp,
    follow::{RunFollower, Step},
    types::{ExecutionId, JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

const JOB: JobId = JobId(uuid::Uuid::from_u128(1));
const TRIGGER: TriggerId = TriggerId(uuid::Uuid::from_u128(2));
const EXECUTION: ExecutionId = ExecutionId(uuid::Uuid::from_u128(3));
const NOON: Timestamp = Timestamp::from_unix(1_800_000_000, 0);

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn line(number: u32) -> JobExecutionLog {
    JobExecutionLog {
        id: LogId(uuid::Uuid::from_u128(100 + u128::from(number))),
        job_execution_id: Some(EXECUTION),
        message: number.to_string(),
        severity: Severity::Information,
        time_stamp: Some(Timestamp::from_unix(NOON.unix_seconds() + i64::from(number), 0)),
    }
}

fn execution(state: ExecutionState, lines: &[u32]) -> Vec<JobExecution> {
    vec![JobExecution {
        create_time: Some(NOON),
        end_time: None,
        id: EXECUTION,
        job_execution_logs: lines.iter().map(|&number| line(number)).collect(),
        job_id: JOB,
        state,
        trigger_id: Some(TRIGGER),
        started_by: None,
        external_link: None,
    }]
}

fn messages(lines: &[JobExecutionLog]) -> Vec<&str> {
    lines.iter().map(|line| line.message.as_str()).collect()
}

/// Returns the request of the next step, which must be one for the log.
fn next_request(follower: &mut RunFollower, now: Duration) -> String {
    match follower.step(now) {
        Step::Send(request) => request.path_and_query().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn run_from_pending_to_its_end_returns_each_line_and_the_outcome() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    let plain = "/public/jobs/00000000-0000-0000-0000-000000000001/logs/00000000-0000-0000-0000-000000000002";
    assert_eq!(next_request(&mut follower, at(0)), plain);
    assert!(follower.handle_response(at(0), Vec::new(), Extensions::default()).is_empty());
    assert!(follower.execution().is_none());
    assert!(matches!(follower.step(at(0)), Step::Wait(until) if until > at(0)));

    let new_lines =
        follower.handle_response(at(1), execution(ExecutionState::Running, &[2, 1]), Extensions::default());
    assert_eq!(messages(&new_lines), ["1", "2"], "sorted by time");
    let new_lines = follower.handle_response(
        at(2),
        execution(ExecutionState::Running, &[1, 2, 3]),
        Extensions::default(),
    );
    assert_eq!(messages(&new_lines), ["3"], "only the new line");
    let new_lines = follower.handle_response(
        at(3),
        execution(ExecutionState::Failed, &[1, 2, 3, 4]),
        Extensions::default(),
    );
    assert_eq!(messages(&new_lines), ["4"]);
    assert!(matches!(follower.step(at(3)), Step::Wait(_)), "a server without `after` may have late lines");
    let late = execution(ExecutionState::Failed, &[1, 2, 3, 4, 5]);
    assert_eq!(
        messages(&follower.handle_response(at(5), late.clone(), Extensions::default())),
        ["5"],
        "a late line"
    );
    follower.handle_response(at(7), late, Extensions::default());
    assert_eq!(follower.step(at(7)), Step::Ended(ExecutionState::Failed));
}

#[test]
fn server_with_after_is_asked_for_later_lines_only() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    follower.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::ALL);
    assert!(next_request(&mut follower, at(60)).ends_with("?after=00000000-0000-0000-0000-000000000065"));
    follower.handle_response(at(60), execution(ExecutionState::Running, &[2]), Extensions::default());
    assert!(!next_request(&mut follower, at(120)).contains("after"), "the server no longer announces it");
}

#[test]
fn execution_of_another_trigger_is_ignored() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    let mut other = execution(ExecutionState::Completed, &[1]);
    other[0].trigger_id = Some(TriggerId(uuid::Uuid::from_u128(9)));
    assert!(follower.handle_response(at(0), other, Extensions::default()).is_empty());
    assert!(follower.execution().is_none());
}

#[test]
fn transient_error_is_retried_after_the_requested_delay() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    follower.handle_error(at(0), NOON, Error::new(ErrorKind::NotFound)).unwrap();
    let mut busy = Error::new(ErrorKind::TooManyRequests);
    busy.retry_after = Some(RetryAfter::Delay(at(30)));
    follower.handle_error(at(1), NOON, busy).unwrap();
    assert!(matches!(follower.step(at(30)), Step::Wait(until) if until >= at(31)));
    assert!(matches!(follower.step(at(40)), Step::SendStatusRequest(_)), "no execution was found yet");
    follower.handle_status(at(40), JobStatusCode::Pending);
    assert!(matches!(follower.step(at(50)), Step::Send(_)));
    let refused = follower.handle_error(at(50), NOON, Error::new(ErrorKind::KeyRefused)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::KeyRefused);
}

#[test]
fn requests_are_rare_while_nothing_changes() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    let mut now = Duration::ZERO;
    let mut polls = 0;
    while now < at(600) {
        match follower.step(now) {
            Step::Wait(until) => now = until,
            Step::Send(_) => {
                polls += 1;
                follower.handle_response(now, Vec::new(), Extensions::default());
            }
            Step::SendStatusRequest(_) => {
                polls += 1;
                follower.handle_status(now, JobStatusCode::Pending);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((100..135).contains(&polls), "{polls} requests in ten minutes");
}

#[test]
fn final_state_from_a_server_with_after_ends_following() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    follower.handle_response(at(0), execution(ExecutionState::Completed, &[1]), Extensions::ALL);
    assert_eq!(follower.step(at(0)), Step::Ended(ExecutionState::Completed));
}

#[test]
fn deadline_ends_waiting() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0)).with_deadline(at(3));
    follower.handle_response(at(2), Vec::new(), Extensions::default());
    let mut now = at(2);
    while let Step::Wait(until) = follower.step(now) {
        assert!(until <= at(3));
        now = until;
        if follower.step(now) != Step::TimedOut {
            follower.handle_response(now, Vec::new(), Extensions::default());
        }
    }
    assert_eq!(follower.step(at(3)), Step::TimedOut);
}

#[test]
fn long_outage_or_lost_execution_fails_with_the_error() {
    for kind in [ErrorKind::ServerError, ErrorKind::NotFound] {
        let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
        follower.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::default());
        follower.handle_error(at(1), NOON, Error::new(kind)).unwrap();
        follower.handle_error(at(600), NOON, Error::new(kind)).unwrap();
        assert_eq!(follower.handle_error(at(1000), NOON, Error::new(kind)).unwrap_err().kind, kind);
    }
}

#[test]
fn outdated_response_does_not_revert_the_end() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    follower.handle_response(at(0), execution(ExecutionState::Failed, &[1]), Extensions::default());
    follower.handle_response(at(1), execution(ExecutionState::Running, &[]), Extensions::default());
    assert_eq!(follower.execution().unwrap().state, ExecutionState::Failed);
    assert!(matches!(follower.step(at(1)), Step::Wait(_)), "an outdated response does not settle the end");
    follower.handle_response(at(3), execution(ExecutionState::Failed, &[1]), Extensions::default());
    assert_eq!(follower.step(at(3)), Step::Ended(ExecutionState::Failed));
}

#[test]
fn outdated_state_is_ignored() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    let mut running = execution(ExecutionState::Running, &[1]);
    running[0].end_time = None;
    follower.handle_response(at(0), running, Extensions::default());
    for (second, outdated) in
        [(1, ExecutionState::Created), (2, ExecutionState::None), (3, ExecutionState::Unknown(-7))]
    {
        let mut old = execution(outdated, &[]);
        old[0].create_time = None;
        follower.handle_response(at(second), old, Extensions::default());
        let known = follower.execution().unwrap();
        assert_eq!((known.state, known.create_time), (ExecutionState::Running, Some(NOON)), "{outdated}");
    }
    follower.handle_response(at(4), Vec::new(), Extensions::default());
    assert_eq!(
        follower.execution().unwrap().state,
        ExecutionState::Running,
        "a missing execution does not change the state"
    );
}

#[test]
fn requested_pause_never_fails_following() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    follower.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::default());
    let mut now = at(1);
    for n in 0..100 {
        let mut busy =
            Error::new(if n % 2 == 0 { ErrorKind::TooManyRequests } else { ErrorKind::ServerError });
        busy.retry_after = RetryAfter::parse("86400");
        follower.handle_error(now, NOON, busy).unwrap();
        let Step::Wait(until) = follower.step(now) else { panic!("the next step is a wait") };
        let pause = until - now;
        assert!(pause >= RetryAfter::MAX_DELAY && pause <= RetryAfter::MAX_DELAY * 6 / 5, "{pause:?}");
        now = until;
    }
    let without_retry_after = Error::new(ErrorKind::TooManyRequests);
    follower.handle_error(now, NOON, without_retry_after.clone()).unwrap();
    follower.handle_error(now + at(10_000), NOON, without_retry_after).unwrap();
}
