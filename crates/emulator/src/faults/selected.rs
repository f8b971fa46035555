//! Applies the faults of a request.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use txjobs_gateway::clock::{Clock, Micros, Moment};
use txjobs_gateway::server::NoCompression;

use super::body;
use super::rule::{Effect, RetryAfter};
use crate::clock::AdjustableClock;
use crate::error_body::{ErrorWriter, has_no_body};
use crate::fault_listener::ResetHandle;
use crate::span::Span;

const REPLACEMENT_MESSAGE: &str = "A rule of /admin/faults requests this response.";
const LOST_MESSAGE: &str = "The response was lost on its way, as a rule of /admin/faults requests.";

/// The faults of a request, with the ids of their rules.
#[derive(Debug)]
pub struct SelectedFaults(Vec<(u64, Effect)>);

impl SelectedFaults {
    pub(super) fn new(effects: Vec<(u64, Effect)>) -> Self {
        Self(effects)
    }

    /// Iterates over the ids of the rules.
    pub fn ids(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|(id, _)| *id)
    }

    /// Returns how long the job is pending if the run is lost.
    pub fn lost_run(&self) -> Option<Span> {
        self.0.iter().find_map(|(_, effect)| match effect {
            Effect::LoseRun { pending } => Some(*pending),
            _ => None,
        })
    }

    /// Returns the response that replaces the handling of the request, if a fault has one. `now` is the time of its headers.
    pub fn replacement(
        &self,
        now: Micros,
        errors: &ErrorWriter,
        connection: Option<&ResetHandle>,
    ) -> Option<Response> {
        self.0.iter().find_map(|(_, effect)| match effect {
            Effect::Status { status, body, retry_after } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response =
                    errors.respond_with(body.unwrap_or(errors.body), status, REPLACEMENT_MESSAGE);
                if let Some(RetryAfter { seconds, form }) = retry_after {
                    let value = form.value(Duration::from_secs(u64::from(*seconds)), now);
                    response.headers_mut().insert(RETRY_AFTER, value);
                }
                Some(response)
            }
            Effect::Redirect { status, location } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::TEMPORARY_REDIRECT);
                let location = HeaderValue::try_from(location).ok()?;
                Some((status, [(LOCATION, location)]).into_response())
            }
            Effect::Reset {} => {
                if let Some(connection) = connection {
                    connection.reset();
                }
                // The reset happens at the next write. Without a connection to reset, a broken body is the nearest fault.
                Some(body::broken_body().into_response())
            }
            _ => None,
        })
    }

    /// Applies the faults to the response to a request that arrived at this moment.
    pub async fn apply(
        &self,
        response: Response,
        clock: &AdjustableClock,
        arrival: Moment,
        errors: &ErrorWriter,
    ) -> Response {
        let (mut response, mut deadline) = (response, arrival);
        for (_, effect) in &self.0 {
            match effect {
                Effect::LoseResponse { body } => {
                    response = errors.respond_with(
                        body.unwrap_or(errors.body),
                        StatusCode::BAD_GATEWAY,
                        LOST_MESSAGE,
                    );
                }
                Effect::Delay { delay } => {
                    // The delay starts at the arrival, because a test may advance the clock while the request is processed.
                    deadline = deadline.after(delay.0);
                    clock.sleep_until(deadline).await;
                }
                Effect::Drip { bytes_per_second } => {
                    response = with_body(response, |body| body::drip(body, *bytes_per_second, clock.clone()));
                }
                Effect::CutOff { after } => {
                    response = with_body(response, |body| body::cut_off(body, *after, true));
                }
                Effect::Truncate { after } => {
                    let (parts, body) = response.into_parts();
                    let body = body::truncate(body, *after).await;
                    response = with_body(Response::from_parts(parts, body), |body| body);
                }
                Effect::Status { .. }
                | Effect::Redirect { .. }
                | Effect::Reset {}
                | Effect::LoseRun { .. } => {}
            }
        }
        response
    }
}

fn with_body(response: Response, change: impl FnOnce(Body) -> Body) -> Response {
    if has_no_body(response.status()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let mut response = Response::from_parts(parts, change(body));
    response.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
    // Compression would hide the fault.
    response.extensions_mut().insert(NoCompression);
    response
}
