//! A simulated server.

use std::time::Duration;

use proptest::prelude::*;
use txjobs_sdk::{
    Error, ErrorKind, ExecutionState, JobStatusCode, RetryAfter, Severity, Timestamp,
    operation::Request,
    types::{ExecutionId, JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

pub(crate) const JOB: JobId = JobId(uuid::Uuid::from_u128(1));
pub(crate) const TRIGGER: TriggerId = TriggerId(uuid::Uuid::from_u128(2));
const EXECUTION: ExecutionId = ExecutionId(uuid::Uuid::from_u128(3));
pub(crate) const NOON: Timestamp = Timestamp::from_unix(1_800_000_000, 0);

/// What a server sends for a pending run.
#[derive(Clone, Copy, Debug)]
enum PendingResponse {
    EmptyArray,
    NotFound,
    CreatedExecution,
}

/// The ids of the log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineIds {
    /// Each line has its own id.
    Unique,
    /// Each line has a different id in each response.
    DifferentEachTime,
    /// All lines share one id.
    Shared,
    /// No line has an id.
    Missing,
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// The ids until a time, and from then on.
    ids: (LineIds, Duration, LineIds),
    /// Whether each pair of lines has the same time, severity, and text.
    pub(crate) has_duplicates: bool,
    /// The age of the data in every other response.
    lag: Duration,
    pending: PendingResponse,
    start: Duration,
    pub(crate) end: Duration,
    pub(crate) outcome: ExecutionState,
    /// The times when each line becomes visible and when it was written. Its `TimeStamp` is the latter, so lines arrive late and
    /// out of order.
    pub(crate) lines: Vec<(Duration, Duration)>,
    pub(crate) has_after: bool,
    shuffle: usize,
    /// The start, the end, and the errors of each outage.
    pub(crate) outages: Vec<(Duration, Duration, ErrorKind)>,
    pub(crate) latency: Duration,
}

impl Server {
    /// Returns the time of the data in the response number `poll`.
    fn data_time(&self, poll: usize, now: Duration) -> Duration {
        if poll.is_multiple_of(2) { now } else { now.saturating_sub(self.lag) }
    }

    /// Returns the status in the response number `poll`.
    pub(crate) fn status(&self, poll: usize, now: Duration) -> JobStatusCode {
        let data_time = self.data_time(poll, now);
        if data_time < self.start {
            JobStatusCode::Pending
        } else if data_time < self.end {
            JobStatusCode::Running
        } else {
            JobStatusCode::Idle
        }
    }

    /// Returns the log in the response number `poll`.
    pub(crate) fn respond(
        &self,
        request: &Request,
        poll: usize,
        now: Duration,
    ) -> Result<Vec<JobExecution>, Error> {
        if let Some((_, until, kind)) =
            self.outages.iter().find(|(from, until, _)| (*from..*until).contains(&now))
        {
            let mut error = Error::new(*kind);
            if *kind == ErrorKind::TooManyRequests {
                let seconds = (*until - now).as_secs();
                error.retry_after = Some(match seconds % 2 {
                    0 => RetryAfter::Delay(Duration::from_secs(seconds)),
                    _ => RetryAfter::At(Timestamp::from_unix(
                        NOON.unix_seconds() + (now.as_secs() + seconds) as i64,
                        0,
                    )),
                });
            }
            return Err(error);
        }
        let ids = if now < self.ids.1 { self.ids.0 } else { self.ids.2 };
        let now = self.data_time(poll, now);
        if now < self.start {
            return match self.pending {
                PendingResponse::EmptyArray => Ok(Vec::new()),
                PendingResponse::NotFound => Err(Error::new(ErrorKind::NotFound)),
                PendingResponse::CreatedExecution => {
                    Ok(vec![self.execution(ExecutionState::Created, Vec::new())])
                }
            };
        }
        let mut visible: Vec<_> = (0..self.lines.len()).filter(|&n| self.lines[n].0 <= now).collect();
        // A server with `after` returns its lines in the order in which they became visible.
        visible.sort_by_key(|&n| (self.lines[n].0, n));
        if let Some((_, after)) = request.path_and_query().split_once("?after=") {
            assert!(self.has_after, "the follower uses `after` only if it is announced");
            // Without such a line the server returns all lines.
            if let Some(last) = visible.iter().position(|&n| line_id(n).to_string() == after) {
                visible.drain(..=last);
            }
        } else if !visible.is_empty() {
            let offset = self.shuffle % visible.len();
            visible.rotate_left(offset);
        }
        let state = if now < self.end { ExecutionState::Running } else { self.outcome };
        let lines = visible.into_iter().map(|n| self.line(n, ids, poll)).collect();
        Ok(vec![self.execution(state, lines)])
    }

    /// Returns the text of a line, which is a number.
    pub(crate) fn text(&self, n: usize) -> usize {
        if self.has_duplicates { n / 2 } else { n }
    }

    fn line(&self, n: usize, ids: LineIds, poll: usize) -> JobExecutionLog {
        let written = self.lines[n].1;
        JobExecutionLog {
            id: match ids {
                LineIds::Unique => line_id(n),
                LineIds::DifferentEachTime => line_id(1_000_000 * (poll + 1) + n),
                LineIds::Shared => line_id(999_999),
                LineIds::Missing => LogId(uuid::Uuid::nil()),
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
            started_by: None,
            external_link: None,
        }
    }
}

fn line_id(n: usize) -> LogId {
    LogId(uuid::Uuid::from_u128(1000 + n as u128))
}

fn ms(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_millis)
}

/// Returns servers of all kinds.
pub(crate) fn any_server() -> impl Strategy<Value = Server> {
    let pending = prop_oneof![
        Just(PendingResponse::EmptyArray),
        Just(PendingResponse::NotFound),
        Just(PendingResponse::CreatedExecution)
    ];
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
        (ms(0..120_000), ms(0..60_000), kind).prop_map(|(start, length, kind)| (start, start + length, kind));
    // A run is pending for up to ten minutes and runs for up to two. Many end before the first request.
    let periods = (
        prop_oneof![Just(Duration::ZERO), ms(0..600_000)],
        prop_oneof![Just(Duration::ZERO), ms(0..120_000)],
    );
    let parts =
        (pending, periods, outcome, prop::collection::vec((0.0..1.0, ms(0..3000)), 0..60), any::<bool>());
    let id = || {
        prop_oneof![
            Just(LineIds::Unique),
            Just(LineIds::DifferentEachTime),
            Just(LineIds::Shared),
            Just(LineIds::Missing)
        ]
    };
    let ids = prop_oneof![
        2 => Just((LineIds::Unique, Duration::ZERO, LineIds::Unique)),
        1 => id().prop_map(|ids| (ids, Duration::ZERO, ids)),
        1 => (id(), ms(0..700_000), id()),
    ];
    let lag = prop_oneof![3 => Just(Duration::ZERO), 1 => ms(0..1500)];
    let ids_and_lag = (ids, any::<bool>(), lag);
    (parts, ids_and_lag, any::<usize>(), prop::collection::vec(outage, 0..4), ms(0..2000)).prop_map(
        |(
            (pending, (start, length), outcome, lines, has_after),
            (ids, has_duplicates, lag),
            shuffle,
            outages,
            latency,
        )| {
            let end = start + length;
            let mut lines: Vec<_> = lines
                .into_iter()
                .map(|(share, delay)| {
                    let written = start + length.mul_f64(share);
                    // Some lines become visible late. Only a server without `after` and without lag returns lines after the end,
                    // and within a second.
                    let last =
                        if has_after || !lag.is_zero() { end } else { end + Duration::from_millis(990) };
                    ((written + delay).min(last), written)
                })
                .collect();
            lines.sort_by_key(|(_, written)| *written);
            if has_duplicates {
                for pair in lines.chunks_exact_mut(2) {
                    pair[1].1 = pair[0].1;
                }
            }
            Server {
                ids,
                has_duplicates,
                lag,
                pending,
                start,
                end,
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
