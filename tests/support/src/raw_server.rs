//! A server that writes the bytes that a test chooses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server_thread::ServerThread;

/// A server that reads one request of each connection, writes the bytes that a test chooses, and closes the connection. It
/// stops when it is dropped.
#[derive(Debug)]
pub struct RawServer {
    thread: ServerThread,
    request_count: Arc<AtomicUsize>,
}

impl RawServer {
    /// Starts a server that writes `respond(0)` after the first request, `respond(1)` after the second one, and so on.
    pub fn start(respond: impl Fn(usize) -> Vec<u8> + Send + 'static) -> Self {
        let request_count = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&request_count);
        let thread = ServerThread::start(|listener| serve(listener, respond, count));
        Self { thread, request_count }
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.thread.address
    }

    /// Returns the number of requests so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.request_count.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, respond: impl Fn(usize) -> Vec<u8>, count: Arc<AtomicUsize>) {
    while let Ok((mut connection, _)) = listener.accept().await {
        let read = connection.read(&mut [0; 4096]).await;
        if read.is_ok_and(|length| length > 0) {
            let number = count.fetch_add(1, Ordering::Relaxed);
            // The client may have closed the connection.
            let _ = connection.write_all(&respond(number)).await;
        }
        let _ = connection.shutdown().await;
    }
}
