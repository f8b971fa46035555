//! Runs that ended long ago, and following that continues after an outage.

use super::*;

fn ended(end: Timestamp) -> Vec<JobExecution> {
    let mut executions = execution(ExecutionState::Failed, &[1, 2]);
    executions[0].create_time = Some(Timestamp::from_unix(1_577_836_800, 0));
    executions[0].end_time = Some(end);
    executions
}

/// Returns whether following is complete after the first response, which arrives at noon.
fn is_complete_after_one_response(executions: Vec<JobExecution>) -> bool {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0)).with_wall_clock(at(0), NOON);
    next_request(&mut follower, at(0));
    follower.handle_response(at(0), executions, Extensions::default());
    matches!(follower.step(at(0)), Step::Ended(ExecutionState::Failed))
}

#[test]
fn log_of_run_that_ended_long_ago_is_requested_once() {
    let hours_ago = |hours: i64| Timestamp::from_unix(NOON.unix_seconds() - hours * 3600, 0);
    assert!(is_complete_after_one_response(ended(hours_ago(29))));
    assert!(is_complete_after_one_response(ended(hours_ago(3))));
    assert!(!is_complete_after_one_response(ended(hours_ago(1))), "lines may still appear");
    assert!(!is_complete_after_one_response(ended(hours_ago(-1))), "the clocks differ");
    let without_zone =
        |hours: i64| ended(hours_ago(hours).to_string().trim_end_matches('Z').parse().unwrap());
    assert!(is_complete_after_one_response(without_zone(29)));
    assert!(!is_complete_after_one_response(without_zone(6)), "may be a local time");
    assert!(!is_complete_after_one_response(ended("0001-01-01T00:00:00Z".parse().unwrap())));
    assert!(
        !is_complete_after_one_response(ended("2019-12-31T00:00:00Z".parse().unwrap())),
        "before the start"
    );
}

#[test]
fn run_that_was_seen_running_gets_requests_for_late_lines() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0)).with_wall_clock(at(0), NOON);
    next_request(&mut follower, at(0));
    follower.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::default());
    next_request(&mut follower, at(60));
    follower.handle_response(at(60), ended("2020-01-02T00:00:00Z".parse().unwrap()), Extensions::default());
    assert!(matches!(follower.step(at(60)), Step::Wait(_)));
}

#[test]
fn resumed_follower_sends_a_request_at_once() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    next_request(&mut follower, at(0));
    follower.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::default());
    let mut now = at(1);
    loop {
        match follower.step(now) {
            Step::Wait(until) => now = until,
            Step::Send(_) => {
                if follower.handle_error(now, NOON, Error::new(ErrorKind::Unreachable)).is_err() {
                    break;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(follower.step(now), Step::Wait(_) | Step::Send(_)));
    follower.resume(now);
    next_request(&mut follower, now);
    let error = Error::new(ErrorKind::Unreachable);
    assert!(follower.handle_error(now, NOON, error).is_ok(), "the outage counts from now");
}

#[test]
fn resumed_follower_looks_for_an_absent_run_again() {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    let mut now = at(0);
    loop {
        match follower.step(now) {
            Step::Wait(until) => now = until,
            Step::Send(_) => {
                follower.handle_response(now, Vec::new(), Extensions::default());
            }
            Step::SendStatusRequest(_) => follower.handle_status(now, JobStatusCode::Idle),
            Step::Failed(error) => {
                assert_eq!(error.kind, ErrorKind::NoSuchRun);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    follower.resume(now);
    next_request(&mut follower, now);
}
