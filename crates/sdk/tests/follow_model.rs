//! `RunFollower` against simulated servers of every temper: each line once and in order, the right outcome, no haste.

use std::time::Duration;

use proptest::prelude::*;
use txjobs_sdk::{
    Error, ErrorKind, ExecutionState, Extensions, JobStatusCode, RetryAfter, Severity, Timestamp,
    follow::{RunFollower, Step},
    operation::Request,
    types::{ExecutionId, JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

const JOB: JobId = JobId(uuid::Uuid::from_u128(1));
const TRIGGER: TriggerId = TriggerId(uuid::Uuid::from_u128(2));
const EXECUTION: ExecutionId = ExecutionId(uuid::Uuid::from_u128(3));
const NOON: Timestamp = Timestamp::from_unix(1_800_000_000, 0);

/// How a server shows a run that it has accepted and not picked up.
#[derive(Clone, Copy, Debug)]
enum Pending {
    Empty,
    NotFound,
    Created,
}

/// The ids of a server's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ids {
    /// Each line has its own.
    Own,
    /// New ones in each answer.
    Fresh,
    /// The same for all lines.
    Same,
    /// None.
    Missing,
}

#[derive(Clone, Debug)]
struct Server {
    /// The ids until a moment, and from then on.
    ids: (Ids, Duration, Ids),
    /// Two lines each have the same time, severity and text.
    has_twins: bool,
    /// Every other answer is this old.
    lag: Duration,
    pending: Pending,
    picked_up: Duration,
    ended: Duration,
    outcome: ExecutionState,
    /// When each line becomes visible; its time is that of its writing, so lines come late and out of order.
    lines: Vec<(Duration, Duration)>,
    has_after: bool,
    shuffle: usize,
    /// From when to when it answers nothing but trouble.
    outages: Vec<(Duration, Duration, ErrorKind)>,
    latency: Duration,
}

impl Server {
    /// Returns the moment that the server shows in its `poll`th answer.
    fn view(&self, poll: usize, now: Duration) -> Duration {
        if poll.is_multiple_of(2) { now } else { now.saturating_sub(self.lag) }
    }

    fn status(&self, poll: usize, now: Duration) -> JobStatusCode {
        let view = self.view(poll, now);
        if view < self.picked_up {
            JobStatusCode::Pending
        } else if view < self.ended {
            JobStatusCode::Running
        } else {
            JobStatusCode::Idle
        }
    }

    fn answer(&self, request: &Request, poll: usize, now: Duration) -> Result<Vec<JobExecution>, Error> {
        if let Some((_, until, kind)) =
            self.outages.iter().find(|(from, until, _)| (*from..*until).contains(&now))
        {
            let mut trouble = Error::new(*kind);
            if *kind == ErrorKind::TooManyRequests {
                let seconds = (*until - now).as_secs();
                trouble.retry_after = Some(match seconds % 2 {
                    0 => RetryAfter::Delay(Duration::from_secs(seconds)),
                    _ => RetryAfter::At(Timestamp::from_unix(
                        NOON.unix_seconds() + (now.as_secs() + seconds) as i64,
                        0,
                    )),
                });
            }
            return Err(trouble);
        }
        let ids = if now < self.ids.1 { self.ids.0 } else { self.ids.2 };
        let now = self.view(poll, now);
        if now < self.picked_up {
            return match self.pending {
                Pending::Empty => Ok(Vec::new()),
                Pending::NotFound => Err(Error::new(ErrorKind::NotFound)),
                Pending::Created => Ok(vec![self.execution(ExecutionState::Created, Vec::new())]),
            };
        }
        let mut visible: Vec<_> = (0..self.lines.len()).filter(|&n| self.lines[n].0 <= now).collect();
        // A server with `after` keeps its lines in the order in which they became visible.
        visible.sort_by_key(|&n| (self.lines[n].0, n));
        if let Some((_, after)) = request.path_and_query().split_once("?after=") {
            assert!(self.has_after, "after is asked for only where it was announced");
            // All of them if there is no such line.
            if let Some(last) = visible.iter().position(|&n| line_id(n).to_string() == after) {
                visible.drain(..=last);
            }
        } else if !visible.is_empty() {
            let by = self.shuffle % visible.len();
            visible.rotate_left(by);
        }
        let state = if now < self.ended { ExecutionState::Running } else { self.outcome };
        let lines = visible.into_iter().map(|n| self.line(n, ids, poll)).collect();
        Ok(vec![self.execution(state, lines)])
    }

    fn text(&self, n: usize) -> usize {
        if self.has_twins { n / 2 } else { n }
    }

    fn line(&self, n: usize, ids: Ids, poll: usize) -> JobExecutionLog {
        let written = self.lines[n].1;
        JobExecutionLog {
            id: match ids {
                Ids::Own => line_id(n),
                Ids::Fresh => line_id(1_000_000 * (poll + 1) + n),
                Ids::Same => line_id(999_999),
                Ids::Missing => LogId(uuid::Uuid::nil()),
            },
            job_execution_id: Some(EXECUTION),
            message: self.text(n).to_string(),
            severity: Severity::Information,
            time_stamp: Some(Timestamp::from_unix_millis(NOON.unix_millis() + written.as_millis() as i64)),
        }
    }

    fn execution(&self, state: ExecutionState, lines: Vec<JobExecutionLog>) -> JobExecution {
        JobExecution {
            create_time: Some(NOON),
            end_time: None,
            id: EXECUTION,
            job_execution_logs: lines,
            job_id: JOB,
            state,
            trigger_id: Some(TRIGGER),
        }
    }
}

fn line_id(n: usize) -> LogId {
    LogId(uuid::Uuid::from_u128(1000 + n as u128))
}

fn ms(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_millis)
}

fn server() -> impl Strategy<Value = Server> {
    let pending = prop_oneof![Just(Pending::Empty), Just(Pending::NotFound), Just(Pending::Created)];
    let outcome = prop_oneof![
        Just(ExecutionState::Completed),
        Just(ExecutionState::Failed),
        Just(ExecutionState::CompletedWithErrors),
        Just(ExecutionState::CompletedWithWarnings),
        Just(ExecutionState::Unknown(7)),
    ];
    let kind = prop_oneof![
        Just(ErrorKind::Unreachable),
        Just(ErrorKind::Interrupted),
        Just(ErrorKind::ServerError),
        Just(ErrorKind::TooManyRequests),
        Just(ErrorKind::BlockedByBrowser),
        Just(ErrorKind::InvalidBody),
    ];
    let outage =
        (ms(0..120_000), ms(0..60_000), kind).prop_map(|(from, long, kind)| (from, from + long, kind));
    // Pending lasts up to ten minutes, a run up to two; many are over before anybody looks.
    let spans = (
        prop_oneof![Just(Duration::ZERO), ms(0..600_000)],
        prop_oneof![Just(Duration::ZERO), ms(0..120_000)],
    );
    let parts =
        (pending, spans, outcome, prop::collection::vec((0.0..1.0, ms(0..3000)), 0..60), any::<bool>());
    let id = || prop_oneof![Just(Ids::Own), Just(Ids::Fresh), Just(Ids::Same), Just(Ids::Missing)];
    let ids = prop_oneof![
        2 => Just((Ids::Own, Duration::ZERO, Ids::Own)),
        1 => id().prop_map(|ids| (ids, Duration::ZERO, ids)),
        1 => (id(), ms(0..700_000), id()),
    ];
    let lag = prop_oneof![3 => Just(Duration::ZERO), 1 => ms(0..1500)];
    let odd = (ids, any::<bool>(), lag);
    (parts, odd, any::<usize>(), prop::collection::vec(outage, 0..4), ms(0..2000)).prop_map(
        |(
            (pending, (picked_up, long), outcome, lines, has_after),
            (ids, has_twins, lag),
            shuffle,
            outages,
            latency,
        )| {
            let ended = picked_up + long;
            let mut lines: Vec<_> = lines
                .into_iter()
                .map(|(share, delay)| {
                    let written = picked_up + long.mul_f64(share);
                    // Some lines become visible late: after the end only where the server does not promise otherwise,
                    // and within a second of it. A replica that lags is late enough.
                    let last =
                        if has_after || !lag.is_zero() { ended } else { ended + Duration::from_millis(990) };
                    ((written + delay).min(last), written)
                })
                .collect();
            lines.sort_by_key(|(_, written)| *written);
            if has_twins {
                for twins in lines.chunks_exact_mut(2) {
                    twins[1].1 = twins[0].1;
                }
            }
            Server {
                ids,
                has_twins,
                lag,
                pending,
                picked_up,
                ended,
                outcome,
                lines,
                has_after,
                shuffle,
                outages,
                latency,
            }
        },
    )
}

struct Followed {
    batches: Vec<Vec<JobExecutionLog>>,
    state: ExecutionState,
    asked: Vec<Duration>,
}

fn follow(server: &Server) -> Followed {
    let mut follow = RunFollower::new(JOB, TRIGGER, Duration::ZERO);
    let extensions = Extensions::from_header(server.has_after.then_some("after"));
    let mut followed = Followed { batches: Vec::new(), state: ExecutionState::None, asked: Vec::new() };
    let mut now = Duration::ZERO;
    loop {
        assert!(followed.asked.len() < 10_000, "it ends");
        match follow.step(now) {
            Step::Wait(until) => {
                assert!(until > now, "a wait goes forward");
                now = until;
            }
            Step::SendStatusRequest(_) => {
                followed.asked.push(now);
                let status = server.status(followed.asked.len(), now);
                now += server.latency;
                follow.handle_status(now, status);
            }
            Step::Send(request) => {
                followed.asked.push(now);
                let answer = server.answer(&request, followed.asked.len(), now);
                now += server.latency;
                match answer {
                    Ok(executions) => {
                        followed.batches.push(follow.handle_response(now, executions, extensions))
                    }
                    Err(trouble) => {
                        let clock = Timestamp::from_unix(NOON.unix_seconds() + now.as_secs() as i64, 0);
                        follow.handle_error(now, clock, trouble).expect("it passes");
                    }
                }
            }
            Step::Ended(state) => {
                followed.state = state;
                return followed;
            }
            other => panic!("{other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_line_once_in_order_and_the_right_outcome(server in server()) {
        let followed = follow(&server);
        prop_assert_eq!(followed.state, server.outcome);
        for batch in &followed.batches {
            prop_assert!(batch.is_sorted_by_key(|line| line.time_stamp));
        }
        let mut given: Vec<usize> = followed.batches.concat().iter().map(|line| line.message.parse().unwrap()).collect();
        // Across answers the order can only be kept where every line was visible when it was written.
        if server.lines.iter().all(|(visible, written)| visible == written) {
            let line = |text: usize| if server.has_twins { text * 2 } else { text };
            let is_sorted = given.is_sorted_by_key(|&text| server.lines[line(text)].1);
            prop_assert!(is_sorted);
        }
        given.sort_unstable();
        prop_assert_eq!(given, (0..server.lines.len()).map(|n| server.text(n)).collect::<Vec<_>>());
    }

    #[test]
    fn never_more_than_the_stated_requests_a_minute(server in server()) {
        let asked = follow(&server).asked;
        for (n, &first) in asked.iter().enumerate() {
            let in_a_minute = asked[n..].iter().take_while(|&&at| at < first + Duration::from_secs(60)).count();
            prop_assert!(in_a_minute as u32 <= RunFollower::MAX_POLLS_PER_MINUTE, "{} from {:?}", in_a_minute, first);
        }
    }

    #[test]
    fn an_end_is_seen_soon(server in server()) {
        let asked = follow(&server).asked;
        let outages = server.outages.iter().map(|(_, until, _)| *until).max().unwrap_or_default();
        let seen = asked.last().unwrap().saturating_sub(server.ended.max(outages));
        // The longest wait is an outage's, and a fifth of unevenness.
        prop_assert!(seen <= Duration::from_secs(75), "{:?}", seen);
    }
}
