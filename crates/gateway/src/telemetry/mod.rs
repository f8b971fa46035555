//! Traces for OpenTelemetry, in a program that is built with the feature `otel`.

#[cfg(not(feature = "otel"))]
mod disabled;
#[cfg(feature = "otel")]
mod otel;

#[cfg(not(feature = "otel"))]
pub(crate) use disabled::{Traces, record_outcome, record_status, request_span, run_span};
#[cfg(feature = "otel")]
pub(crate) use otel::{Traces, record_outcome, record_status, request_span, run_span};
