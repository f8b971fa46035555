//! What the rules that take part do with a request and its answer.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Effect, RetryAfter, Span, body};
use crate::clock::{Clock, Micros, Moment};
use crate::emulator::error_body::{ErrorWriter, has_no_body};
use crate::emulator::wire::Switch;

const ON_PURPOSE: &str = "A rule of /admin/faults wants this answer.";
const LOST: &str = "The answer was lost on its way. A rule of /admin/faults wants it so.";

/// The rules that take part in a request.
#[derive(Debug)]
pub struct Drawn(Vec<(u64, Effect)>);

impl Drawn {
    pub(super) fn of(effects: Vec<(u64, Effect)>) -> Self {
        Self(effects)
    }

    /// Their numbers.
    pub fn ids(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|(id, _)| *id)
    }

    /// Returns how long the job is pending before it is idle again, if the run is to be lost.
    pub fn lost_run(&self) -> Option<Span> {
        self.0.iter().find_map(|(_, effect)| match effect {
            Effect::LoseRun { pending } => Some(*pending),
            _ => None,
        })
    }

    /// Returns the answer that replaces the gateway's, if a fault has one. `now` is the time of its headers.
    pub fn instead(
        &self,
        now: Micros,
        errors: &ErrorWriter,
        connection: Option<&Switch>,
    ) -> Option<Response> {
        self.0.iter().find_map(|(_, effect)| match effect {
            Effect::Status { status, body, retry_after } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut answer = errors.answer_with(body.unwrap_or(errors.body), status, ON_PURPOSE);
                if let Some(RetryAfter { seconds, form }) = retry_after {
                    let value = form.value(Duration::from_secs(u64::from(*seconds)), now);
                    answer.headers_mut().insert(RETRY_AFTER, value);
                }
                Some(answer)
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
                // What is written is the reset; without a connection to reset, a body that breaks off is nearest.
                Some(body::breaks_off().into_response())
            }
            _ => None,
        })
    }

    /// Changes an answer on its way to a request that came at this moment.
    pub async fn change(
        &self,
        answer: Response,
        clock: &Clock,
        came: Moment,
        errors: &ErrorWriter,
    ) -> Response {
        let (mut answer, mut due) = (answer, came);
        for (_, effect) in &self.0 {
            match effect {
                Effect::LoseAnswer { body } => {
                    answer = errors.answer_with(body.unwrap_or(errors.body), StatusCode::BAD_GATEWAY, LOST);
                }
                Effect::Delay { delay } => {
                    // From the request on: who was told that it came may wind the clock forward.
                    due = due.after(delay.0);
                    clock.sleep_until(due).await;
                }
                Effect::Drip { bytes_per_second } => {
                    answer = with_body(answer, |body| body::drip(body, *bytes_per_second, clock.clone()));
                }
                Effect::CutOff { after } => answer = with_body(answer, |body| body::cut(body, *after, true)),
                Effect::Truncate { after } => {
                    let (parts, body) = answer.into_parts();
                    let body = body::truncate(body, *after).await;
                    answer = with_body(Response::from_parts(parts, body), |body| body);
                }
                Effect::Status { .. }
                | Effect::Redirect { .. }
                | Effect::Reset {}
                | Effect::LoseRun { .. } => {}
            }
        }
        answer
    }
}

fn with_body(answer: Response, change: impl FnOnce(Body) -> Body) -> Response {
    if has_no_body(answer.status()) {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let mut answer = Response::from_parts(parts, change(body));
    answer.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
    // Compressing it would undo what is to be seen.
    answer.extensions_mut().insert(crate::server::AsItIs);
    answer
}
