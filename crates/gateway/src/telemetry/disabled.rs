//! A program without traces.

use axum::http::{HeaderMap, StatusCode};
use tracing::Span;
use tracing_subscriber::layer::Identity;
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

/// The exporter of traces. There is none.
#[derive(Debug)]
pub(crate) struct Traces;

impl Traces {
    /// Does nothing.
    pub fn start() -> Self {
        Self
    }

    /// Returns a layer without an effect.
    #[expect(clippy::unused_self, reason = "the same function as that of the exporter")]
    pub fn layer(&self) -> Identity {
        Identity::new()
    }

    /// Does nothing.
    #[expect(clippy::unused_self, reason = "the same function as that of the exporter")]
    pub fn shut_down(&self) {}
}

/// Returns the span of a request, which is in the lines of the log.
pub(crate) fn request_span(method: &str, path: &str, _route: &str, id: Option<&str>, _: &HeaderMap) -> Span {
    tracing::error_span!("request", %method, path, request_id = id)
}

/// Does nothing.
pub(crate) fn record_status(_: &Span, _: StatusCode) {}

/// Returns no span: the lines of the log about a run name it themselves.
pub(crate) fn run_span(_job: Uuid, _run: Uuid) -> Span {
    Span::none()
}

/// Does nothing.
pub(crate) fn record_outcome(_: &Span, _: ExecutionState) {}
