//! Traces that a collector receives.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message;
use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, shell_jobs, wait_until};

/// A collector of traces over HTTP.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

impl Collector {
    /// Starts the collector, and returns its address.
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::clone(&self.0);
        let receive = async move |body: Bytes| {
            requests.lock().unwrap().push(ExportTraceServiceRequest::decode(body).unwrap());
        };
        let router = Router::new().route("/v1/traces", post(receive));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn resource(&self) -> HashMap<String, String> {
        let requests = self.0.lock().unwrap();
        attributes(&requests[0].resource_spans[0].resource.as_ref().unwrap().attributes)
    }

    fn spans(&self) -> Vec<Span> {
        let requests = self.0.lock().unwrap();
        let resources = requests.iter().flat_map(|request| &request.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }

    /// Waits for a span with this attribute.
    async fn span_with(&self, name: &str, value: &str) -> Span {
        wait_until(value, async || {
            let spans = self.spans();
            spans.into_iter().find(|span| attributes(&span.attributes).get(name).is_some_and(|v| v == value))
        })
        .await
    }
}

fn attributes(list: &[KeyValue]) -> HashMap<String, String> {
    let text = |value: &Option<AnyValue>| match value.as_ref().and_then(|value| value.value.clone()) {
        Some(Value::StringValue(text)) => text,
        value => format!("{value:?}"),
    };
    list.iter().map(|attribute| (attribute.key.clone(), text(&attribute.value))).collect()
}

#[tokio::test]
async fn requests_and_runs_are_exported_without_secrets() {
    let collector = Collector::default();
    let folder = ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", ""), ("fails", "exit 1", "")]));
    let mut serve = folder.serve_command(&[]);
    serve.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.start().await);
    let gateway = folder.start(serve);
    let failed = gateway.execute("fails").await;
    gateway.wait_for_end(failed).await;
    let key = gateway.key().to_owned();
    let url = format!("{}{}?apiKey={key}", gateway.address(), paths::LIST_JOBS.template);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request = gateway.http().get(url).header(paths::API_KEY_HEADER, &key);
    let request = request.header("traceparent", trace).header("x-request-id", "mine");
    assert_eq!(request.send().await.unwrap().status(), 200);
    gateway.get(&format!("/{key}")).await;
    gateway.signal("TERM");
    assert!(gateway.wait().success());

    let span = collector.span_with("request_id", "mine").await;
    assert_eq!((span.name.as_str(), span.kind), ("GET /public/jobs", SpanKind::Server as i32));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(&span.trace_id), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(hex(&span.parent_span_id), "b7ad6b7169203331");
    let found = attributes(&span.attributes);
    assert_eq!(found["http.route"], "/public/jobs");
    assert!(found["http.response.status_code"].contains("200"), "{found:?}");

    let run = collector.span_with("txjobs.run", &failed.trigger.to_string()).await;
    let found = attributes(&run.attributes);
    assert_eq!((run.name.as_str(), found["txjobs.outcome"].as_str()), ("run", "failed"));
    assert_eq!(found["txjobs.job"], failed.job.to_string());
    assert_eq!(collector.resource()["service.name"], "txjobs-gateway");
    let all = format!("{:?}", collector.0.lock().unwrap());
    assert!(!all.contains(&key[4..]), "a key was exported");
}
