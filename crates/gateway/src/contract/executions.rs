//! Executions as the contract writes them, in pieces: a log of a million lines is never in memory as a whole.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use txjobs_sdk::types::{ExecutionId, JobExecution, JobExecutionLog, JobId, LogId, TriggerId};
use txjobs_sdk::{Severity, types};
use uuid::Uuid;

use super::validator::Validator;
use super::{Gateway, Refusal};
use crate::clock::timestamp;
use txjobs_store::log_id;
use txjobs_store::{Execution, LinePage, Result, Store, StoredLine};

/// About how much is read from the store at once, in bytes.
const PIECE: usize = 64 * 1024;
/// Executions that are read together, at most, and the lines of all of them.
const TOGETHER: usize = 500;
const LINES_TOGETHER: i64 = 1000;

/// Answers with these executions and their lines, or that the caller has them already.
pub(super) async fn answer(
    gateway: &Gateway,
    headers: &HeaderMap,
    executions: Vec<Execution>,
) -> std::result::Result<Response, Refusal> {
    let validator = Validator::of(&gateway.key_header, |hash| {
        for e in &executions {
            let ended = e.ended_at.unwrap_or_default();
            hash(e.id.as_bytes());
            for number in [e.state.number(), ended, *e.lines.start(), *e.lines.end()] {
                hash(&number.to_be_bytes());
            }
        }
    });
    if validator.is_known(headers) {
        return Ok(validator.not_modified());
    }
    let mut pieces = Pieces::of(gateway.store.clone(), executions);
    // The first before anything is answered: what goes wrong now is still told by a status.
    let first = pieces.next().await?.unwrap_or_default();
    let body = match pieces.stage {
        Stage::Done => Body::from(first),
        _ => {
            let rest = stream::try_unfold(pieces, async |mut pieces| {
                let piece = pieces.next().await;
                // The answer breaks off, so that nobody takes half of it for the whole.
                let piece = piece.inspect_err(|error| tracing::error!("the store failed: {error:#}"))?;
                Ok::<_, txjobs_store::Error>(piece.map(|piece| (piece, pieces)))
            });
            Body::from_stream(stream::iter([Ok(first)]).chain(rest))
        }
    };
    Ok((validator, [(CONTENT_TYPE, "application/json")], body).into_response())
}

/// Where the writing of an answer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is written.
    Start,
    /// Between two executions.
    Between,
    /// Among the lines of an execution; whether one is written.
    Within { any: bool },
    /// Everything is written.
    Done,
}

/// The pieces of an answer.
struct Pieces {
    store: Store,
    executions: Vec<Execution>,
    /// Which execution is next, or being written.
    place: usize,
    /// Which of its lines is next.
    seq: i64,
    stage: Stage,
}

impl Pieces {
    fn of(store: Store, executions: Vec<Execution>) -> Self {
        let seq = executions.first().map_or(0, |first| *first.lines.start());
        Self { store, executions, place: 0, seq, stage: Stage::Start }
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.stage == Stage::Done {
            return Ok(None);
        }
        let mut out = Vec::with_capacity(PIECE + PIECE / 2);
        if self.stage == Stage::Start {
            out.push(b'[');
        }
        if self.place < self.executions.len() {
            let (last, lines) = self.read().await?;
            self.write(&mut out, last, lines);
        }
        if self.place == self.executions.len() {
            out.push(b']');
            self.stage = Stage::Done;
        }
        Ok(Some(out.into()))
    }

    /// Reads what comes next: lines of the execution at `place`, or of several short ones up to the place given back.
    async fn read(&self) -> Result<(usize, LinePage)> {
        let rest = &self.executions[self.place..];
        let (mut count, mut lines) = (0, 0);
        for execution in rest.iter().take(TOGETHER) {
            lines += execution.line_count();
            let is_whole = *execution.lines.start() == 1;
            if lines > LINES_TOGETHER || !is_whole || matches!(self.stage, Stage::Within { .. }) {
                break;
            }
            count += 1;
        }
        let first = &rest[0];
        match count {
            0 | 1 => {
                let lines = self.store.lines(first.number, self.seq..=*first.lines.end(), PIECE).await?;
                Ok((self.place, lines))
            }
            // Asked for without their lines, or without any.
            _ if rest[..count].iter().all(|execution| execution.line_count() == 0) => {
                Ok((self.place + count - 1, LinePage { lines: Vec::new(), is_complete: true }))
            }
            _ => {
                let numbers = first.number..=rest[count - 1].number;
                let lines = self.store.lines_of_job(first.job, numbers, PIECE).await?;
                Ok((self.place + count - 1, lines))
            }
        }
    }

    /// Writes executions with these lines, up to the one at `last`, which may have more of them to come.
    fn write(&mut self, out: &mut Vec<u8>, last: usize, page: LinePage) {
        let mut read = page.lines.into_iter().peekable();
        while self.place <= last {
            let execution = &self.executions[self.place];
            let (begin, end) = frame(execution);
            let mut any = match self.stage {
                Stage::Within { any } => any,
                stage => {
                    if stage == Stage::Between {
                        out.push(b',');
                    }
                    out.extend_from_slice(&begin);
                    false
                }
            };
            // Of a run in between that was not asked for.
            while read.next_if(|(number, _)| *number < execution.number).is_some() {}
            while let Some((_, stored)) = read.next_if(|(number, _)| *number == execution.number) {
                self.seq = stored.seq + 1;
                // One that was written since.
                if !execution.lines.contains(&stored.seq) {
                    continue;
                }
                if any {
                    out.push(b',');
                }
                any = true;
                json(out, &line(execution.id, stored));
            }
            if read.peek().is_none() && !page.is_complete {
                self.stage = Stage::Within { any };
                return;
            }
            out.extend_from_slice(&end);
            self.stage = Stage::Between;
            self.place += 1;
            self.seq = self.executions.get(self.place).map_or(0, |next| *next.lines.start());
        }
    }
}

/// An execution as text, up to its first line and from behind its last.
fn frame(execution: &Execution) -> (Vec<u8>, Vec<u8>) {
    let mut body = JobExecution {
        id: ExecutionId(execution.id),
        job_id: JobId(execution.job),
        trigger_id: Some(TriggerId(execution.trigger_id)),
        state: execution.state,
        create_time: Some(timestamp(execution.created_at)),
        end_time: execution.ended_at.map(timestamp),
        job_execution_logs: Vec::new(),
    };
    let mut empty = Vec::new();
    json(&mut empty, &body);
    // With a line and without one it is the same text up to where lines stand.
    body.job_execution_logs.push(types::JobExecutionLog {
        id: LogId(Uuid::nil()),
        job_execution_id: None,
        time_stamp: None,
        severity: Severity::Information,
        message: String::new(),
    });
    let mut one = Vec::new();
    json(&mut one, &body);
    let same = empty.iter().zip(&one).take_while(|(a, b)| a == b).count();
    let end = empty.split_off(same);
    (empty, end)
}

fn line(execution: Uuid, StoredLine { seq, line }: StoredLine) -> JobExecutionLog {
    JobExecutionLog {
        id: LogId(log_id::encode(execution, seq)),
        job_execution_id: Some(ExecutionId(execution)),
        time_stamp: Some(timestamp(line.time)),
        severity: line.severity,
        message: line.message,
    }
}

fn json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(out, value).expect("the contract's types are always JSON");
}
