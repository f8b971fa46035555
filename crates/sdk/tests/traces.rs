//! What is traced: operation, path, status; no secret. Alone in its program, because whether a span is of interest to
//! anybody is kept for the whole program.

#![cfg(feature = "client")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[expect(dead_code, reason = "the other tests use the rest")]
#[path = "client/server.rs"]
mod server;

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use tracing::instrument::WithSubscriber;

use server::{Server, json};

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn spans_name_the_operation_and_never_the_key() {
    let server = Server::start(|n, _| if n == 0 { json(503, "{}") } else { json(200, "[]") }).await;
    let page = Page::default();
    let writer = page.clone();
    let listener = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    async { server.client().list_jobs().send().await.unwrap() }.with_subscriber(listener).await;
    let written = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    for part in ["list_jobs", "/public/jobs", "status=200", "sending it again"] {
        assert!(written.contains(part), "{part} in {written}");
    }
    assert!(!written.contains("s3cret"), "{written}");
}
