//! Streams executions with their lines as JSON, so that a long log is never completely in memory.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use txjobs_sdk::types::{ExecutionId, JobExecution, JobExecutionLog, JobId, LogId, TriggerId};
use txjobs_sdk::{Severity, types};
use txjobs_store::{ErrorKind, Execution, LinePage, Result, Selection, SharedStore, StoredLine, log_id};
use uuid::Uuid;

use super::error::ApiError;
use super::state::AppState;
use super::validator::Validator;
use crate::clock::timestamp;

/// The approximate size of a chunk of the body, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;
/// The most executions that are read by one query, and the most lines of all of them.
const BATCH_EXECUTIONS: usize = 500;
const BATCH_LINES: i64 = 1000;

/// Returns a response with the selected executions of a job and their lines, or 304 if the caller has them already.
pub(super) async fn respond(
    state: &AppState,
    headers: &HeaderMap,
    job: Uuid,
    selection: Selection,
) -> std::result::Result<Response, ApiError> {
    let mut executions = state.store.executions(job, selection).await?;
    loop {
        let ids: Vec<_> = executions.iter().map(|execution| execution.id).collect();
        let error = match respond_with(state, headers, executions).await {
            Err(error) if error.kind() == ErrorKind::NotFound => error,
            result => return Ok(result?),
        };
        // One of them was deleted before its lines were read. Otherwise the database has lost lines.
        executions = state.store.executions(job, selection).await?;
        if executions.iter().map(|execution| execution.id).eq(ids) {
            return Err(error.into());
        }
    }
}

/// Returns a response with these executions and their lines.
///
/// # Errors
///
/// Fails with [`ErrorKind::NotFound`] if one of them was deleted meanwhile.
async fn respond_with(state: &AppState, headers: &HeaderMap, executions: Vec<Execution>) -> Result<Response> {
    let validator = Validator::new(&state.key_header, |hash| {
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
    let mut chunks = Chunks::new(state.store.clone(), executions);
    // The first chunk is read before the response starts, so that an error can still set the status.
    let first = chunks.next().await?.unwrap_or_default();
    let body = match chunks.stage {
        Stage::Done => Body::from(first),
        _ => {
            let rest = stream::try_unfold(chunks, async |mut chunks| {
                let chunk = chunks.next().await;
                // An error aborts the response, so that no client takes a part of it for all of it.
                let chunk = chunk.inspect_err(|error| tracing::error!("the store failed: {error:#}"))?;
                Ok::<_, txjobs_store::Error>(chunk.map(|chunk| (chunk, chunks)))
            });
            Body::from_stream(stream::iter([Ok(first)]).chain(rest))
        }
    };
    Ok((validator, [(CONTENT_TYPE, "application/json")], body).into_response())
}

/// How far the body is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is written.
    Start,
    /// An execution is complete, and another one follows.
    BetweenExecutions,
    /// The lines of an execution are being written.
    WithinLines { has_line: bool },
    /// Everything is written.
    Done,
}

/// The chunks of a body.
struct Chunks {
    store: SharedStore,
    executions: Vec<Execution>,
    /// The index of the next or current execution.
    index: usize,
    /// The number of its next line.
    seq: i64,
    stage: Stage,
}

impl Chunks {
    fn new(store: SharedStore, executions: Vec<Execution>) -> Self {
        let seq = executions.first().map_or(0, |first| *first.lines.start());
        Self { store, executions, index: 0, seq, stage: Stage::Start }
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.stage == Stage::Done {
            return Ok(None);
        }
        let mut out = Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 2);
        if self.stage == Stage::Start {
            out.push(b'[');
        }
        if self.index < self.executions.len() {
            let (last, lines) = self.read().await?;
            self.write(&mut out, last, lines)?;
        }
        if self.index == self.executions.len() {
            out.push(b']');
            self.stage = Stage::Done;
        }
        Ok(Some(out.into()))
    }

    /// Reads the next lines: of the current execution, or of several short ones. Returns the index of the last one.
    async fn read(&self) -> Result<(usize, LinePage)> {
        let rest = &self.executions[self.index..];
        let (mut count, mut lines) = (0, 0);
        for execution in rest.iter().take(BATCH_EXECUTIONS) {
            lines += execution.line_count();
            let has_all_lines = *execution.lines.start() == 1;
            if lines > BATCH_LINES || !has_all_lines || matches!(self.stage, Stage::WithinLines { .. }) {
                break;
            }
            count += 1;
        }
        let first = &rest[0];
        match count {
            0 | 1 => {
                let lines =
                    self.store.lines(first.number, self.seq..=*first.lines.end(), CHUNK_BYTES).await?;
                Ok((self.index, lines))
            }
            // Requested without their lines, or without any lines.
            _ if rest[..count].iter().all(|execution| execution.line_count() == 0) => {
                Ok((self.index + count - 1, LinePage { lines: Vec::new(), is_complete: true }))
            }
            _ => {
                let numbers = first.number..=rest[count - 1].number;
                let lines = self.store.lines_of_job(first.job, numbers, CHUNK_BYTES).await?;
                Ok((self.index + count - 1, lines))
            }
        }
    }

    /// Writes executions with these lines, up to the one at `last`, of which more lines may follow. Fails if a run was deleted
    /// meanwhile, so that no client takes the lines before for its log.
    fn write(&mut self, out: &mut Vec<u8>, last: usize, page: LinePage) -> Result<()> {
        let mut read = page.lines.into_iter().peekable();
        while self.index <= last {
            let execution = &self.executions[self.index];
            let (head, tail) = split_json(execution);
            let mut has_line = match self.stage {
                Stage::WithinLines { has_line } => has_line,
                stage => {
                    if stage == Stage::BetweenExecutions {
                        out.push(b',');
                    }
                    out.extend_from_slice(&head);
                    false
                }
            };
            // A run in between that was not requested.
            while read.next_if(|(number, _)| *number < execution.number).is_some() {}
            while let Some((_, stored)) = read.next_if(|(number, _)| *number == execution.number) {
                self.seq = stored.seq + 1;
                // It was written since.
                if !execution.lines.contains(&stored.seq) {
                    continue;
                }
                if has_line {
                    out.push(b',');
                }
                has_line = true;
                write_json(out, &line(execution.id, stored));
            }
            if read.peek().is_none() && !page.is_complete {
                self.stage = Stage::WithinLines { has_line };
                return Ok(());
            }
            if self.seq <= *execution.lines.end() {
                return Err(ErrorKind::NotFound.into());
            }
            out.extend_from_slice(&tail);
            self.stage = Stage::BetweenExecutions;
            self.index += 1;
            self.seq = self.executions.get(self.index).map_or(0, |next| *next.lines.start());
        }
        Ok(())
    }
}

/// Serializes an execution, and returns the JSON before its lines and the JSON after them.
fn split_json(execution: &Execution) -> (Vec<u8>, Vec<u8>) {
    let mut body = JobExecution {
        id: ExecutionId(execution.id),
        job_id: JobId(execution.job),
        trigger_id: Some(TriggerId(execution.trigger_id)),
        started_by: execution.starter,
        external_link: execution.link.clone(),
        state: execution.state,
        create_time: Some(timestamp(execution.created_at)),
        end_time: execution.ended_at.map(timestamp),
        job_execution_logs: Vec::new(),
    };
    let mut empty = Vec::new();
    write_json(&mut empty, &body);
    // With and without a line the JSON is the same up to the position of the lines.
    body.job_execution_logs.push(types::JobExecutionLog {
        id: LogId(Uuid::nil()),
        job_execution_id: None,
        time_stamp: None,
        severity: Severity::Information,
        message: String::new(),
    });
    let mut one = Vec::new();
    write_json(&mut one, &body);
    let same = empty.iter().zip(&one).take_while(|(a, b)| a == b).count();
    let tail = empty.split_off(same);
    (empty, tail)
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

fn write_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(out, value).expect("the contract's types serialize to JSON");
}
