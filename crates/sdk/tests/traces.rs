//! Tests of the tracing output. This test has its own program, because `tracing` caches for the whole program whether a span is
//! enabled.

#![cfg(feature = "client")]
#![expect(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use tracing::instrument::WithSubscriber;
use txjobs_test_support::{FakeServer, json_response};

#[derive(Clone, Default)]
struct TraceOutput(Arc<Mutex<Vec<u8>>>);

impl Write for TraceOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn traces_contain_the_operation_and_not_the_key() {
    let server = FakeServer::start(|n, _| match n {
        0 => json_response(503, "{}"),
        _ => json_response(200, "[]"),
    });
    let output = TraceOutput::default();
    let writer = output.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    async { server.client().list_jobs().send().await.unwrap() }.with_subscriber(subscriber).await;
    let written = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
    for part in ["list_jobs", "/public/jobs", "status=200", "repeating the request"] {
        assert!(written.contains(part), "{part} in {written}");
    }
    assert!(!written.contains("s3cret"), "{written}");
}
