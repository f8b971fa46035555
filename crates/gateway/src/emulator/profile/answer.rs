//! What the profile makes of an answer, knowing what was asked.

use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use txjobs_sdk::types::JobExecution;
use txjobs_sdk::{ExecutionState, JobStatusCode, paths, types};

use super::{Busy, PendingLogs, Profile, Replicas, UnknownTrigger, bad_text, dress, replica};
use crate::clock::{Clock, Micros, micros, timestamp};
use crate::contract::{Reason, Refused};
use crate::emulator::error_body::ErrorWriter;
use crate::emulator::lost_runs::LostRuns;
use crate::emulator::operation::Asked;
use crate::shapes;
use txjobs_store::{Store, TriggerState};

/// The settings and the state that an answer is made with.
#[derive(Debug)]
pub struct View<'a> {
    pub profile: &'a Profile,
    pub errors: &'a ErrorWriter,
    pub clock: &'a Clock,
    pub store: &'a Store,
    pub replicas: &'a Replicas,
    pub lost_runs: &'a LostRuns,
}

/// Makes the gateway's own answer that of the profile.
pub async fn finish(view: &View<'_>, asked: &Asked, answer: Response) -> Response {
    let profile = view.profile;
    let answer = match answer.extensions().get::<Refused>() {
        Some(_) => return refuse(profile, view.errors, answer),
        None => accept(view, asked, answer).await,
    };
    let rewrites = profile.changes_bodies() || !view.lost_runs.is_empty();
    if !rewrites || !answer.status().is_success() {
        return answer;
    }
    let Some(shape) = shapes::answer_of(asked.operation.0.id) else { return answer };
    let (parts, body) = answer.into_parts();
    // Errors of the gateway's own body break the answer off, as they would without a profile.
    let body = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => match serde_json::from_slice::<Value>(&bytes) {
            Ok(value) => {
                let (value, now) = view.at_shown_time(asked, value).await;
                let text = dress::dress(profile, now, shape, value).to_string();
                Body::from(bad_text::inject(text, profile.bad_text))
            }
            Err(_) => Body::from(bytes),
        },
        Err(error) => Body::from_stream(futures::stream::once(async { Err::<Vec<u8>, _>(error) })),
    };
    Response::from_parts(parts, body)
}

/// Makes a refusal that of the profile; another answer stays as it is.
pub fn refuse(profile: &Profile, errors: &ErrorWriter, answer: Response) -> Response {
    let Some(refused) = answer.extensions().get::<Refused>().cloned() else { return answer };
    let status = match refused.reason {
        Reason::NoSuchJob => profile.unknown_job,
        Reason::KeyRefused => profile.bad_key,
        Reason::Busy if profile.busy == Busy::BadRequest => 400,
        _ => answer.status().as_u16(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(answer.status());
    with_body(errors.answer(status, &refused.message), answer.headers())
}

impl View<'_> {
    /// Returns the answer as it was at the time that it shows, and that time.
    async fn at_shown_time(&self, asked: &Asked, answer: Value) -> (Value, Micros) {
        let (now, operation) = (self.clock.now(), asked.operation);
        let lag = micros(self.profile.replica_lag.0);
        let time = if lag > 0 && self.replicas.is_lagging(operation) { now - lag } else { now };
        let is_of = |other| operation.is(other);
        if is_of(&paths::GET_JOB_LOGS) || is_of(&paths::GET_JOB_LOGS_BY_TRIGGER) {
            return (if time < now { replica::executions_at(answer, time) } else { answer }, time);
        }
        if !is_of(&paths::GET_JOB_STATUS) && !is_of(&paths::LIST_JOB_STATUSES) {
            return (answer, now);
        }
        let busy = match time < now {
            true => match self.store.unfinished_jobs_at(time).await {
                Ok(busy) => Some(busy),
                Err(error) => {
                    tracing::error!("the store failed: {error:#}");
                    return (answer, now);
                }
            },
            false => None,
        };
        let answer = replica::with_statuses(answer, operation, |job, status| {
            let status = busy.as_ref().map_or(status, |busy| replica::status_of(busy, job));
            let is_lost = status == JobStatusCode::Idle && self.lost_runs.is_pending(job, time);
            if is_lost { JobStatusCode::Pending } else { status }
        });
        (answer, time)
    }
}

async fn accept(view: &View<'_>, asked: &Asked, mut answer: Response) -> Response {
    let (profile, store) = (view.profile, view.store);
    if answer.status() != StatusCode::OK {
        return answer;
    }
    if asked.operation.is(&paths::EXECUTE_JOB) {
        *answer.status_mut() = StatusCode::from_u16(profile.execute_status).unwrap_or(StatusCode::OK);
        return answer;
    }
    let is_usual =
        (profile.pending_logs, profile.unknown_trigger) == (PendingLogs::Empty, UnknownTrigger::Empty);
    let of_trigger = asked.operation.is(&paths::GET_JOB_LOGS_BY_TRIGGER);
    // `[]`: there is no execution.
    let is_empty = answer.body().size_hint().exact() == Some(2);
    let (Some(job), Some(trigger_id)) = (asked.job, asked.trigger_id) else { return answer };
    if is_usual || !of_trigger || !is_empty {
        return answer;
    }
    let not_found = || view.errors.answer(StatusCode::NOT_FOUND, "There is no log of this trigger id.");
    match (store.trigger_state(job, trigger_id).await, profile.pending_logs, profile.unknown_trigger) {
        (Ok(TriggerState::Pending { .. }), PendingLogs::NotFound, _)
        | (Ok(TriggerState::Unknown), _, UnknownTrigger::NotFound) => {
            with_body(not_found(), answer.headers())
        }
        (Ok(TriggerState::Pending { execution, requested_at }), PendingLogs::Created, _) => {
            let created = JobExecution {
                id: types::ExecutionId(execution),
                job_id: types::JobId(job),
                trigger_id: Some(types::TriggerId(trigger_id)),
                state: ExecutionState::Created,
                create_time: Some(timestamp(requested_at)),
                end_time: None,
                job_execution_logs: Vec::new(),
            };
            let mut created = axum::Json([created]).into_response();
            created.headers_mut().extend(other_headers(answer.headers()));
            created
        }
        _ => answer,
    }
}

fn with_body(mut answer: Response, headers: &HeaderMap) -> Response {
    answer.headers_mut().extend(other_headers(headers));
    answer
}

/// The headers that say nothing of the body.
fn other_headers(headers: &HeaderMap) -> HeaderMap {
    use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
    let mut headers = headers.clone();
    for name in [CONTENT_TYPE, CONTENT_LENGTH, ETAG] {
        headers.remove(name);
    }
    headers
}
