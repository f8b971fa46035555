//! Exports spans to a collector, as the standard variables `OTEL_*` say.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, StatusCode};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use crate::http_client::install_tls;

/// The name of the service, unless `OTEL_SERVICE_NAME` names it.
const SERVICE: &str = "txjobs-gateway";
/// The crates whose spans are exported. Those of libraries may have secrets in their attributes.
const TARGET: &str = env!("CARGO_CRATE_NAME");
/// The variables that name the collector. Without one of them nothing is exported.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// The longest time to export the last spans.
const MAX_FLUSH_TIME: Duration = Duration::from_secs(2);

/// The exporter of traces, if the variables name a collector.
#[derive(Debug)]
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Starts the exporter. A collector that cannot be used is no reason not to run jobs.
    pub fn start() -> Self {
        let is_set = |name: &str, value: &str| std::env::var(name).is_ok_and(|set| set == value);
        let is_named =
            ENDPOINTS.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        if !is_named || is_set("OTEL_SDK_DISABLED", "true") || is_set("OTEL_TRACES_EXPORTER", "none") {
            return Self(None);
        }
        // The client of the exporter needs it, also for plain HTTP.
        install_tls();
        let Ok(exporter) = SpanExporter::builder().with_http().build() else { return Self(None) };
        let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
            Some(_) => Resource::builder().build(),
            None => Resource::builder().with_service_name(SERVICE).build(),
        };
        let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter);
        Self(Some(provider.build()))
    }

    /// Returns the layer that passes spans to the exporter.
    pub fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let tracer = self.0.as_ref()?.tracer(SERVICE);
        let layer =
            tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false);
        Some(
            layer.with_filter(filter_fn(|metadata| {
                metadata.is_span() && metadata.target().starts_with(TARGET)
            })),
        )
    }

    /// Exports the last spans.
    pub fn shut_down(&self) {
        if let Some(provider) = &self.0 {
            // There is no place to report a failure.
            let _ = provider.shutdown_with_timeout(MAX_FLUSH_TIME);
        }
    }
}

/// Reads the headers of a trace.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Returns the span of a request, which is in the lines of the log. It continues the trace of the client.
pub(crate) fn request_span(
    method: &str,
    path: &str,
    route: &str,
    id: Option<&str>,
    headers: &HeaderMap,
) -> Span {
    let name = format!("{method} {route}");
    let span = tracing::error_span!(
        "request",
        %method,
        path,
        request_id = id,
        otel.name = name,
        otel.kind = "server",
        http.request.method = method,
        http.route = route
    );
    let parent = TraceContextPropagator::new().extract(&Headers(headers));
    // It fails only for a span that is not exported.
    let _ = span.set_parent(parent);
    span
}

/// Adds the status of the response to the span of a request.
pub(crate) fn record_status(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
}

/// Returns the span of a run.
pub(crate) fn run_span(job: Uuid, run: Uuid) -> Span {
    tracing::error_span!("run", txjobs.job = %job, txjobs.run = %run)
}

/// Adds the outcome to the span of a run.
pub(crate) fn record_outcome(span: &Span, state: ExecutionState) {
    span.set_attribute("txjobs.outcome", state.to_string());
    if state == ExecutionState::Failed {
        span.set_status(Status::error("the run failed"));
    }
}
