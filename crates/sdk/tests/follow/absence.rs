//! Tests of runs that have no execution.

use std::time::Duration;

use txjobs_sdk::{
    Error, ErrorKind, Extensions, JobStatusCode,
    follow::{RunFollower, Step},
};

use crate::{JOB, NOON, TRIGGER, at};

/// Follows a run without an execution. Returns the last step, its time, and the number of status requests.
fn follow_absent_run(
    mut follower: RunFollower,
    status: impl Fn(Duration) -> Result<JobStatusCode, Error>,
    not_found: bool,
) -> (Step, Duration, usize) {
    let (mut now, mut statuses) = (Duration::ZERO, 0);
    while now < at(3 * 60 * 60) {
        match follower.step(now) {
            Step::Wait(until) => now = until,
            Step::Send(_) if not_found => {
                follower
                    .handle_error(now, NOON, Error::new(ErrorKind::NotFound))
                    .expect("following continues");
            }
            Step::Send(_) => {
                assert!(follower.handle_response(now, Vec::new(), Extensions::default()).is_empty());
            }
            Step::SendStatusRequest(request) => {
                assert_eq!(
                    request.path_and_query(),
                    "/public/jobs/00000000-0000-0000-0000-000000000001/status"
                );
                statuses += 1;
                match status(now) {
                    Ok(status) => follower.handle_status(now, status),
                    Err(error) => follower.handle_error(now, NOON, error).expect("following continues"),
                }
            }
            end => return (end, now, statuses),
        }
    }
    (Step::Wait(now), now, statuses)
}

fn kind(step: &Step) -> ErrorKind {
    match step {
        Step::Failed(error) => error.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn missing_run_of_an_idle_job_fails_as_no_such_run() {
    for not_found in [false, true] {
        let (end, after, statuses) =
            follow_absent_run(RunFollower::new(JOB, TRIGGER, at(0)), |_| Ok(JobStatusCode::Idle), not_found);
        assert_eq!(kind(&end), ErrorKind::NoSuchRun);
        assert!(
            after >= RunFollower::MAX_ABSENCE && after < at(120) && statuses < 8,
            "{after:?}, {statuses}"
        );
        let Step::Failed(error) = end else { unreachable!() };
        assert!(!error.is_transient() && !error.is_outcome_unknown(), "{error}");
    }
}

#[test]
fn missing_run_that_was_accepted_or_pending_fails_as_ended_without_execution() {
    let accepted = RunFollower::new(JOB, TRIGGER, at(0)).with_run_accepted();
    assert_eq!(
        kind(&follow_absent_run(accepted, |_| Ok(JobStatusCode::Idle), false).0),
        ErrorKind::EndedWithoutExecution
    );
    let follower = RunFollower::new(JOB, TRIGGER, at(0));
    let pending = |now| Ok(if now < at(300) { JobStatusCode::Pending } else { JobStatusCode::Idle });
    let (end, after, _) = follow_absent_run(follower, pending, false);
    assert_eq!(kind(&end), ErrorKind::EndedWithoutExecution);
    assert!(after >= at(300) + RunFollower::MAX_ABSENCE, "{after:?}");
}

#[test]
fn run_that_may_still_appear_is_followed() {
    type Status = fn(Duration) -> Result<JobStatusCode, Error>;
    let cases: [(Status, bool); 6] = [
        (|_| Ok(JobStatusCode::Pending), false),
        (|_| Ok(JobStatusCode::Running), true),
        (|_| Ok(JobStatusCode::Unknown(7)), false),
        // The status lags behind, and is current again within a minute.
        (|now| Ok(if now.as_secs() % 50 < 25 { JobStatusCode::Idle } else { JobStatusCode::Pending }), false),
        (|_| Err(Error::new(ErrorKind::ServerError)), false),
        // The server has no status operation.
        (|_| Err(Error::new(ErrorKind::NotFound)), false),
    ];
    for (n, (status, not_found)) in cases.into_iter().enumerate() {
        let (end, ..) = follow_absent_run(RunFollower::new(JOB, TRIGGER, at(0)), status, not_found);
        assert!(matches!(end, Step::Wait(_)), "{n}: {end:?}");
    }
    let (end, ..) = follow_absent_run(
        RunFollower::new(JOB, TRIGGER, at(0)),
        |_| Err(Error::new(ErrorKind::NotFound)),
        true,
    );
    assert_eq!(kind(&end), ErrorKind::NoSuchRun, "both the log and the status are 404");
}
