//! Following a run against answers made by hand.

use std::time::Duration;

use txjobs_sdk::{
    ExecutionState, Extensions, RetryAfter, Severity, Timestamp, Trouble, TroubleKind,
    follow::{Follow, Step},
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

fn asked(follow: &mut Follow, now: Duration) -> String {
    match follow.step(now) {
        Step::Ask(request) => request.path_and_query().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pending_then_lines_then_the_outcome() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0));
    let plain = "/public/jobs/00000000-0000-0000-0000-000000000001/logs/00000000-0000-0000-0000-000000000002";
    assert_eq!(asked(&mut follow, at(0)), plain);
    assert!(follow.answered(at(0), Vec::new(), Extensions::default()).is_empty());
    assert!(follow.execution().is_none());
    assert!(matches!(follow.step(at(0)), Step::Wait(until) if until > at(0)));

    let news = follow.answered(at(1), execution(ExecutionState::Running, &[2, 1]), Extensions::default());
    assert_eq!(messages(&news), ["1", "2"], "in order of time");
    let news = follow.answered(at(2), execution(ExecutionState::Running, &[1, 2, 3]), Extensions::default());
    assert_eq!(messages(&news), ["3"], "each line once");
    let news =
        follow.answered(at(3), execution(ExecutionState::Failed, &[1, 2, 3, 4]), Extensions::default());
    assert_eq!(messages(&news), ["4"]);
    assert!(matches!(follow.step(at(3)), Step::Wait(_)), "this server does not say that its end is complete");
    let late = execution(ExecutionState::Failed, &[1, 2, 3, 4, 5]);
    assert_eq!(messages(&follow.answered(at(5), late.clone(), Extensions::default())), ["5"], "a late line");
    follow.answered(at(7), late, Extensions::default());
    assert_eq!(follow.step(at(7)), Step::Ended(ExecutionState::Failed));
}

#[test]
fn only_later_lines_are_asked_for_where_the_server_can() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0));
    follow.answered(at(0), execution(ExecutionState::Running, &[1]), Extensions::ALL);
    assert!(asked(&mut follow, at(60)).ends_with("?after=00000000-0000-0000-0000-000000000065"));
    follow.answered(at(60), execution(ExecutionState::Running, &[2]), Extensions::default());
    assert!(!asked(&mut follow, at(120)).contains("after"), "not announced any more");
}

#[test]
fn somebody_else_s_execution_is_not_ours() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0));
    let mut other = execution(ExecutionState::Completed, &[1]);
    other[0].trigger_id = Some(TriggerId(uuid::Uuid::from_u128(9)));
    assert!(follow.answered(at(0), other, Extensions::default()).is_empty());
    assert!(follow.execution().is_none());
}

#[test]
fn passing_trouble_is_waited_out_and_retry_after_is_honoured() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0));
    follow.troubled(at(0), NOON, Trouble::new(TroubleKind::NotFound)).unwrap();
    let mut busy = Trouble::new(TroubleKind::TooManyRequests);
    busy.retry_after = Some(RetryAfter::Delay(at(30)));
    follow.troubled(at(1), NOON, busy).unwrap();
    assert!(matches!(follow.step(at(30)), Step::Wait(until) if until >= at(31)));
    assert!(matches!(follow.step(at(40)), Step::Ask(_)));
    let refused = follow.troubled(at(40), NOON, Trouble::new(TroubleKind::KeyRefused)).unwrap_err();
    assert_eq!(refused.kind, TroubleKind::KeyRefused);
}

#[test]
fn polls_slow_down_while_nothing_happens() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0));
    let mut now = Duration::ZERO;
    let mut polls = 0;
    while now < at(600) {
        match follow.step(now) {
            Step::Wait(until) => now = until,
            Step::Ask(_) => {
                polls += 1;
                follow.answered(now, Vec::new(), Extensions::default());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((100..135).contains(&polls), "{polls} polls in ten pending minutes");
}

#[test]
fn a_server_with_after_writes_the_end_last() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0));
    follow.answered(at(0), execution(ExecutionState::Completed, &[1]), Extensions::ALL);
    assert_eq!(follow.step(at(0)), Step::Ended(ExecutionState::Completed));
}

#[test]
fn a_deadline_ends_the_wait_and_not_the_job() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0)).with_deadline(at(3));
    follow.answered(at(2), Vec::new(), Extensions::default());
    let mut now = at(2);
    while let Step::Wait(until) = follow.step(now) {
        assert!(until <= at(3));
        now = until;
        if follow.step(now) != Step::TimedOut {
            follow.answered(now, Vec::new(), Extensions::default());
        }
    }
    assert_eq!(follow.step(at(3)), Step::TimedOut);
}

#[test]
fn an_outage_or_a_loss_that_lasts_is_given_back() {
    for kind in [TroubleKind::ServerTrouble, TroubleKind::NotFound] {
        let mut follow = Follow::new(JOB, TRIGGER, at(0));
        follow.answered(at(0), execution(ExecutionState::Running, &[1]), Extensions::default());
        follow.troubled(at(1), NOON, Trouble::new(kind)).unwrap();
        follow.troubled(at(600), NOON, Trouble::new(kind)).unwrap();
        assert_eq!(follow.troubled(at(1000), NOON, Trouble::new(kind)).unwrap_err().kind, kind);
    }
}

#[test]
fn an_answer_that_was_overtaken_does_not_undo_the_end() {
    let mut follow = Follow::new(JOB, TRIGGER, at(0));
    follow.answered(at(0), execution(ExecutionState::Failed, &[1]), Extensions::default());
    follow.answered(at(1), execution(ExecutionState::Running, &[]), Extensions::default());
    assert_eq!(follow.step(at(1)), Step::Ended(ExecutionState::Failed));
}
