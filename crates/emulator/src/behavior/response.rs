//! Changes the gateway's response to match the settings of the behavior.

use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use txjobs_sdk::types::JobExecution;
use txjobs_sdk::{ExecutionState, JobStatusCode, paths, types};

use txjobs_gateway::api::{ErrorDetails, ErrorReason};
use txjobs_gateway::clock::{Clock, Micros, micros, timestamp};
use txjobs_store::SqliteStore;

use super::bad_text;
use super::replica::{self, Replicas};
use super::rewrite::rewrite;
use super::settings::{Behavior, Busy, PendingLogs, UnknownTrigger};
use crate::clock::AdjustableClock;
use crate::error_body::ErrorWriter;
use crate::lost_runs::LostRuns;
use crate::operation::OperationCall;
use crate::past::{self, TriggerState};
use crate::shapes;

/// The settings and the state for a response.
#[derive(Debug)]
pub struct ResponseContext<'a> {
    pub behavior: &'a Behavior,
    pub errors: &'a ErrorWriter,
    pub clock: &'a AdjustableClock,
    pub store: &'a SqliteStore,
    pub replicas: &'a Replicas,
    pub lost_runs: &'a LostRuns,
}

/// Changes the gateway's response to that of the behavior.
pub async fn apply_behavior(
    context: &ResponseContext<'_>,
    call: &OperationCall,
    response: Response,
) -> Response {
    let behavior = context.behavior;
    let response = match response.extensions().get::<ErrorDetails>() {
        Some(_) => return rewrite_error(behavior, context.errors, response),
        None => change_success(context, call, response).await,
    };
    let rewrites = behavior.rewrites_bodies() || !context.lost_runs.is_empty();
    if !rewrites || !response.status().is_success() {
        return response;
    }
    let Some(shape) = shapes::response_shape(call.operation.0.id) else { return response };
    let (parts, body) = response.into_parts();
    // If the gateway's body fails, the response fails with the same error.
    let body = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => match serde_json::from_slice::<Value>(&bytes) {
            Ok(value) => {
                let (value, now) = context.apply_replica_lag_and_lost_runs(call, value).await;
                let text = rewrite(behavior, now, shape, value).to_string();
                Body::from(bad_text::inject(text, behavior.bad_text))
            }
            Err(_) => Body::from(bytes),
        },
        Err(error) => Body::from_stream(futures::stream::once(async { Err::<Vec<u8>, _>(error) })),
    };
    Response::from_parts(parts, body)
}

/// Changes an error to that of the behavior. Other responses are unchanged.
pub fn rewrite_error(behavior: &Behavior, errors: &ErrorWriter, response: Response) -> Response {
    let Some(details) = response.extensions().get::<ErrorDetails>().cloned() else { return response };
    let status = match details.reason {
        ErrorReason::UnknownJob => behavior.unknown_job,
        ErrorReason::InvalidKey => behavior.invalid_key,
        ErrorReason::JobIsBusy if behavior.busy == Busy::BadRequest => 400,
        _ => response.status().as_u16(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(response.status());
    copy_headers(errors.respond(status, &details.message), response.headers())
}

impl ResponseContext<'_> {
    /// Returns the response with the state at the time that it shows, and this time.
    async fn apply_replica_lag_and_lost_runs(
        &self,
        call: &OperationCall,
        response: Value,
    ) -> (Value, Micros) {
        let (now, operation) = (self.clock.now(), call.operation);
        let lag = micros(self.behavior.replica_lag.0);
        let time = if lag > 0 && self.replicas.is_lagging(operation) { now - lag } else { now };
        let is_operation = |other| operation.is(other);
        if is_operation(&paths::GET_JOB_LOGS) || is_operation(&paths::GET_JOB_LOGS_BY_TRIGGER) {
            return (if time < now { replica::executions_at(response, time) } else { response }, time);
        }
        if !is_operation(&paths::GET_JOB_STATUS) && !is_operation(&paths::LIST_JOB_STATUSES) {
            return (response, now);
        }
        let lagging_statuses = match time < now {
            true => match past::unfinished_jobs_at(self.store, time).await {
                Ok(statuses) => Some(statuses),
                Err(error) => {
                    tracing::error!("the store failed: {error:#}");
                    return (response, now);
                }
            },
            false => None,
        };
        let response = replica::with_statuses(response, operation, |job, status| {
            let status =
                lagging_statuses.as_ref().map_or(status, |statuses| replica::status_of(statuses, job));
            let is_lost = status == JobStatusCode::Idle && self.lost_runs.is_pending(job, time);
            if is_lost { JobStatusCode::Pending } else { status }
        });
        (response, time)
    }
}

/// The body of a response without executions.
const NO_EXECUTIONS: [JobExecution; 0] = [];

/// Changes the status of a successful response, and the log of a trigger id without an execution.
async fn change_success(
    context: &ResponseContext<'_>,
    call: &OperationCall,
    mut response: Response,
) -> Response {
    let (behavior, store) = (context.behavior, context.store);
    if response.status() != StatusCode::OK {
        return response;
    }
    if call.operation.is(&paths::EXECUTE_JOB) {
        *response.status_mut() = StatusCode::from_u16(behavior.execute_status).unwrap_or(StatusCode::OK);
        return response;
    }
    let is_default =
        (behavior.pending_logs, behavior.unknown_trigger) == (PendingLogs::Empty, UnknownTrigger::Empty);
    let is_log_by_trigger = call.operation.is(&paths::GET_JOB_LOGS_BY_TRIGGER);
    // The body is `[]` if there is no execution.
    let is_empty = response.body().size_hint().exact() == Some(2);
    let (Some(job), Some(trigger_id)) = (call.job, call.trigger_id) else { return response };
    // Without extensions, the id of an execution is an unknown trigger id.
    let may_be_execution_id = !behavior.extensions && !is_empty;
    if !is_log_by_trigger || !may_be_execution_id && (is_default || !is_empty) {
        return response;
    }
    let not_found = || context.errors.respond(StatusCode::NOT_FOUND, "There is no log of this trigger id.");
    let state = match past::trigger_state(store, job, trigger_id).await {
        Ok(state) => state,
        Err(error) => {
            tracing::error!("the store failed: {error:#}");
            return response;
        }
    };
    match state {
        TriggerState::Unknown if may_be_execution_id => {
            response = copy_headers(axum::Json(NO_EXECUTIONS).into_response(), response.headers());
        }
        _ if may_be_execution_id => return response,
        _ => {}
    }
    match (state, behavior.pending_logs, behavior.unknown_trigger) {
        (TriggerState::Pending { .. }, PendingLogs::NotFound, _)
        | (TriggerState::Unknown, _, UnknownTrigger::NotFound) => {
            copy_headers(not_found(), response.headers())
        }
        (TriggerState::Pending { execution, requested_at }, PendingLogs::Created, _) => {
            let created = JobExecution {
                id: types::ExecutionId(execution),
                job_id: types::JobId(job),
                trigger_id: Some(types::TriggerId(trigger_id)),
                started_by: None,
                external_link: None,
                state: ExecutionState::Created,
                create_time: Some(timestamp(requested_at)),
                end_time: None,
                job_execution_logs: Vec::new(),
            };
            let mut created = axum::Json([created]).into_response();
            created.headers_mut().extend(headers_not_of_body(response.headers()));
            created
        }
        _ => response,
    }
}

/// Adds the headers of another response that do not describe its body.
fn copy_headers(mut response: Response, headers: &HeaderMap) -> Response {
    response.headers_mut().extend(headers_not_of_body(headers));
    response
}

/// Returns the headers that do not describe the body.
fn headers_not_of_body(headers: &HeaderMap) -> HeaderMap {
    use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
    let mut headers = headers.clone();
    for name in [CONTENT_TYPE, CONTENT_LENGTH, ETAG] {
        headers.remove(name);
    }
    headers
}
