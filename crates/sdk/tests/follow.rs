//! Following a run against answers made by hand.

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
    }]
}

fn messages(lines: &[JobExecutionLog]) -> Vec<&str> {
    lines.iter().map(|line| line.message.as_str()).collect()
}

fn asked(follow: &mut RunFollower, now: Duration) -> String {
    match follow.step(now) {
        Step::Send(request) => request.path_and_query().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pending_then_lines_then_the_outcome() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    let plain = "/public/jobs/00000000-0000-0000-0000-000000000001/logs/00000000-0000-0000-0000-000000000002";
    assert_eq!(asked(&mut follow, at(0)), plain);
    assert!(follow.handle_response(at(0), Vec::new(), Extensions::default()).is_empty());
    assert!(follow.execution().is_none());
    assert!(matches!(follow.step(at(0)), Step::Wait(until) if until > at(0)));

    let news =
        follow.handle_response(at(1), execution(ExecutionState::Running, &[2, 1]), Extensions::default());
    assert_eq!(messages(&news), ["1", "2"], "in order of time");
    let news =
        follow.handle_response(at(2), execution(ExecutionState::Running, &[1, 2, 3]), Extensions::default());
    assert_eq!(messages(&news), ["3"], "each line once");
    let news = follow.handle_response(
        at(3),
        execution(ExecutionState::Failed, &[1, 2, 3, 4]),
        Extensions::default(),
    );
    assert_eq!(messages(&news), ["4"]);
    assert!(matches!(follow.step(at(3)), Step::Wait(_)), "this server does not say that its end is complete");
    let late = execution(ExecutionState::Failed, &[1, 2, 3, 4, 5]);
    assert_eq!(
        messages(&follow.handle_response(at(5), late.clone(), Extensions::default())),
        ["5"],
        "a late line"
    );
    follow.handle_response(at(7), late, Extensions::default());
    assert_eq!(follow.step(at(7)), Step::Ended(ExecutionState::Failed));
}

#[test]
fn only_later_lines_are_asked_for_where_the_server_can() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    follow.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::ALL);
    assert!(asked(&mut follow, at(60)).ends_with("?after=00000000-0000-0000-0000-000000000065"));
    follow.handle_response(at(60), execution(ExecutionState::Running, &[2]), Extensions::default());
    assert!(!asked(&mut follow, at(120)).contains("after"), "not announced any more");
}

#[test]
fn somebody_else_s_execution_is_not_ours() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    let mut other = execution(ExecutionState::Completed, &[1]);
    other[0].trigger_id = Some(TriggerId(uuid::Uuid::from_u128(9)));
    assert!(follow.handle_response(at(0), other, Extensions::default()).is_empty());
    assert!(follow.execution().is_none());
}

#[test]
fn passing_trouble_is_waited_out_and_retry_after_is_honoured() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    follow.handle_error(at(0), NOON, Error::new(ErrorKind::NotFound)).unwrap();
    let mut busy = Error::new(ErrorKind::TooManyRequests);
    busy.retry_after = Some(RetryAfter::Delay(at(30)));
    follow.handle_error(at(1), NOON, busy).unwrap();
    assert!(matches!(follow.step(at(30)), Step::Wait(until) if until >= at(31)));
    assert!(matches!(follow.step(at(40)), Step::SendStatusRequest(_)), "nothing was found yet");
    follow.handle_status(at(40), JobStatusCode::Pending);
    assert!(matches!(follow.step(at(50)), Step::Send(_)));
    let refused = follow.handle_error(at(50), NOON, Error::new(ErrorKind::KeyRefused)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::KeyRefused);
}

#[test]
fn polls_slow_down_while_nothing_happens() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    let mut now = Duration::ZERO;
    let mut polls = 0;
    while now < at(600) {
        match follow.step(now) {
            Step::Wait(until) => now = until,
            Step::Send(_) => {
                polls += 1;
                follow.handle_response(now, Vec::new(), Extensions::default());
            }
            Step::SendStatusRequest(_) => {
                polls += 1;
                follow.handle_status(now, JobStatusCode::Pending);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((100..135).contains(&polls), "{polls} polls in ten pending minutes");
}

#[test]
fn a_server_with_after_writes_the_end_last() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    follow.handle_response(at(0), execution(ExecutionState::Completed, &[1]), Extensions::ALL);
    assert_eq!(follow.step(at(0)), Step::Ended(ExecutionState::Completed));
}

#[test]
fn a_deadline_ends_the_wait_and_not_the_job() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0)).with_deadline(at(3));
    follow.handle_response(at(2), Vec::new(), Extensions::default());
    let mut now = at(2);
    while let Step::Wait(until) = follow.step(now) {
        assert!(until <= at(3));
        now = until;
        if follow.step(now) != Step::TimedOut {
            follow.handle_response(now, Vec::new(), Extensions::default());
        }
    }
    assert_eq!(follow.step(at(3)), Step::TimedOut);
}

#[test]
fn an_outage_or_a_loss_that_lasts_is_given_back() {
    for kind in [ErrorKind::ServerError, ErrorKind::NotFound] {
        let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
        follow.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::default());
        follow.handle_error(at(1), NOON, Error::new(kind)).unwrap();
        follow.handle_error(at(600), NOON, Error::new(kind)).unwrap();
        assert_eq!(follow.handle_error(at(1000), NOON, Error::new(kind)).unwrap_err().kind, kind);
    }
}

#[test]
fn an_answer_that_was_overtaken_does_not_undo_the_end() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    follow.handle_response(at(0), execution(ExecutionState::Failed, &[1]), Extensions::default());
    follow.handle_response(at(1), execution(ExecutionState::Running, &[]), Extensions::default());
    assert_eq!(follow.execution().unwrap().state, ExecutionState::Failed);
    assert!(
        matches!(follow.step(at(1)), Step::Wait(_)),
        "an answer that is behind says nothing of late lines"
    );
    follow.handle_response(at(3), execution(ExecutionState::Failed, &[1]), Extensions::default());
    assert_eq!(follow.step(at(3)), Step::Ended(ExecutionState::Failed));
}

#[test]
fn state_that_goes_back_is_ignored() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    let mut running = execution(ExecutionState::Running, &[1]);
    running[0].end_time = None;
    follow.handle_response(at(0), running, Extensions::default());
    for (second, behind) in
        [(1, ExecutionState::Created), (2, ExecutionState::None), (3, ExecutionState::Unknown(-7))]
    {
        let mut old = execution(behind, &[]);
        old[0].create_time = None;
        follow.handle_response(at(second), old, Extensions::default());
        let known = follow.execution().unwrap();
        assert_eq!((known.state, known.create_time), (ExecutionState::Running, Some(NOON)), "{behind}");
    }
    follow.handle_response(at(4), Vec::new(), Extensions::default());
    assert_eq!(follow.execution().unwrap().state, ExecutionState::Running, "and it does not vanish");
}

/// Follows a run without an execution. Returns how and when it ends, and how often the status was requested.
fn absent(
    mut follow: RunFollower,
    status: impl Fn(Duration) -> Result<JobStatusCode, Error>,
    not_found: bool,
) -> (Step, Duration, usize) {
    let (mut now, mut statuses) = (Duration::ZERO, 0);
    while now < at(3 * 60 * 60) {
        match follow.step(now) {
            Step::Wait(until) => now = until,
            Step::Send(_) if not_found => {
                follow.handle_error(now, NOON, Error::new(ErrorKind::NotFound)).expect("it is waited for");
            }
            Step::Send(_) => {
                assert!(follow.handle_response(now, Vec::new(), Extensions::default()).is_empty());
            }
            Step::SendStatusRequest(request) => {
                assert_eq!(
                    request.path_and_query(),
                    "/public/jobs/00000000-0000-0000-0000-000000000001/status"
                );
                statuses += 1;
                match status(now) {
                    Ok(status) => follow.handle_status(now, status),
                    Err(trouble) => follow.handle_error(now, NOON, trouble).expect("it is waited for"),
                }
            }
            end => return (end, now, statuses),
        }
    }
    (Step::Wait(now), now, statuses)
}

fn kind(step: &Step) -> ErrorKind {
    match step {
        Step::Failed(trouble) => trouble.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn run_not_found_on_an_idle_job_ends_following() {
    for not_found in [false, true] {
        let (end, after, statuses) =
            absent(RunFollower::new(JOB, TRIGGER, at(0)), |_| Ok(JobStatusCode::Idle), not_found);
        assert_eq!(kind(&end), ErrorKind::NoSuchRun);
        assert!(
            after >= RunFollower::MAX_ABSENCE && after < at(120) && statuses < 8,
            "{after:?}, {statuses}"
        );
        let Step::Failed(trouble) = end else { unreachable!() };
        assert!(!trouble.is_transient() && !trouble.is_outcome_unknown(), "{trouble}");
    }
}

#[test]
fn a_run_that_the_server_accepted_ended_without_an_execution() {
    let accepted = RunFollower::new(JOB, TRIGGER, at(0)).with_run_accepted();
    assert_eq!(
        kind(&absent(accepted, |_| Ok(JobStatusCode::Idle), false).0),
        ErrorKind::EndedWithoutExecution
    );
    let follow = RunFollower::new(JOB, TRIGGER, at(0));
    let pending = |now| Ok(if now < at(300) { JobStatusCode::Pending } else { JobStatusCode::Idle });
    let (end, after, _) = absent(follow, pending, false);
    assert_eq!(kind(&end), ErrorKind::EndedWithoutExecution);
    assert!(after >= at(300) + RunFollower::MAX_ABSENCE, "{after:?}");
}

#[test]
fn run_that_may_still_appear_is_awaited() {
    type Status = fn(Duration) -> Result<JobStatusCode, Error>;
    let cases: [(Status, bool); 6] = [
        (|_| Ok(JobStatusCode::Pending), false),
        (|_| Ok(JobStatusCode::Running), true),
        (|_| Ok(JobStatusCode::Unknown(7)), false),
        // It lags, and is up to date again within the minute.
        (|now| Ok(if now.as_secs() % 50 < 25 { JobStatusCode::Idle } else { JobStatusCode::Pending }), false),
        (|_| Err(Error::new(ErrorKind::ServerError)), false),
        // A server without this operation, or without the other.
        (|_| Err(Error::new(ErrorKind::NotFound)), false),
    ];
    for (n, (status, not_found)) in cases.into_iter().enumerate() {
        let (end, ..) = absent(RunFollower::new(JOB, TRIGGER, at(0)), status, not_found);
        assert!(matches!(end, Step::Wait(_)), "{n}: {end:?}");
    }
    let (end, ..) =
        absent(RunFollower::new(JOB, TRIGGER, at(0)), |_| Err(Error::new(ErrorKind::NotFound)), true);
    assert_eq!(kind(&end), ErrorKind::NoSuchRun, "neither the log nor the status is known");
}

#[test]
fn pause_never_ends_following() {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    follow.handle_response(at(0), execution(ExecutionState::Running, &[1]), Extensions::default());
    let mut now = at(1);
    for n in 0..100 {
        let mut busy =
            Error::new(if n % 2 == 0 { ErrorKind::TooManyRequests } else { ErrorKind::ServerError });
        busy.retry_after = RetryAfter::parse("86400");
        follow.handle_error(now, NOON, busy).unwrap();
        let Step::Wait(until) = follow.step(now) else { panic!("it waits") };
        let waited = until - now;
        assert!(waited >= RetryAfter::MAX_DELAY && waited <= RetryAfter::MAX_DELAY * 6 / 5, "{waited:?}");
        now = until;
    }
    let without = Error::new(ErrorKind::TooManyRequests);
    follow.handle_error(now, NOON, without.clone()).unwrap();
    follow.handle_error(now + at(10_000), NOON, without).unwrap();
}

/// Returns the texts that are new in these answers of (id, text), with one time and severity for all.
fn given(answers: &[&[(u32, &str)]]) -> Vec<String> {
    let mut follow = RunFollower::new(JOB, TRIGGER, at(0));
    let mut given = Vec::new();
    for (second, lines) in answers.iter().enumerate() {
        let mut running = execution(ExecutionState::Running, &[]);
        running[0].job_execution_logs = lines
            .iter()
            .map(|(id, text)| JobExecutionLog {
                id: LogId(uuid::Uuid::from_u128((*id).into())),
                message: (*text).to_owned(),
                ..line(0)
            })
            .collect();
        let news = follow.handle_response(at(second as u64), running, Extensions::default());
        given.extend(news.into_iter().map(|line| line.message));
    }
    given
}

#[test]
fn lines_with_any_ids_are_returned_once() {
    // No ids, two equal lines, then a third.
    assert_eq!(
        given(&[&[(0, "a"), (0, "a")], &[(0, "a"), (0, "a"), (0, "b"), (0, "a")]]),
        ["a", "a", "b", "a"]
    );
    // New ids in each answer.
    assert_eq!(given(&[&[(1, "a"), (2, "b")], &[(3, "a"), (4, "b"), (5, "b")]]), ["a", "b", "b"]);
    // The same id for all.
    assert_eq!(
        given(&[&[(7, "a")], &[(7, "a"), (7, "b")], &[(7, "b"), (7, "a"), (7, "c")]]),
        ["a", "b", "c"]
    );
    assert_eq!(given(&[&[(7, "a"), (7, "a")], &[(7, "a"), (7, "a")]]), ["a", "a"]);
    // Ids that behave: a text that is changed is the same line, and equal lines are two.
    assert_eq!(given(&[&[(1, "10 %"), (2, "b")], &[(1, "20 %"), (2, "b"), (3, "b")]]), ["10 %", "b", "b"]);
    // In another order, with an equal line before the known one.
    assert_eq!(given(&[&[(1, "a")], &[(2, "a"), (1, "a")], &[(1, "a"), (2, "a")]]), ["a", "a"]);
    // One line that a server sends twice in one answer.
    assert_eq!(given(&[&[(1, "a"), (1, "a"), (2, "b")]]), ["a", "b"]);
}
