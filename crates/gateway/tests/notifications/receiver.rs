//! A server that records requests.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

/// Longer than the time after which another attempt takes over that of a killed gateway.
pub const MAX_WAIT: Duration = Duration::from_secs(60);

/// A request that was received.
#[derive(Clone, Debug)]
pub struct Received {
    pub target: String,
    pub headers: HeaderMap,
    pub body: Value,
    pub at: Instant,
}

/// What the server does with a request.
pub enum Reply {
    Send(Response),
    /// Keeps the connection open and sends nothing.
    Hold,
}

impl From<StatusCode> for Reply {
    fn from(status: StatusCode) -> Self {
        Self::Send(status.into_response())
    }
}

/// A server that records requests. It stops when it is dropped.
pub struct Receiver {
    pub address: String,
    received: Arc<Mutex<Vec<Received>>>,
    _server: AbortOnDropHandle<()>,
}

impl Receiver {
    /// Starts a server that accepts everything.
    pub async fn start() -> Self {
        Self::with_reply(|_, _| StatusCode::OK.into()).await
    }

    /// Starts a server that responds to the first request with `reply(0, request)`, and so on.
    pub async fn with_reply(reply: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static) -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let (records, reply) = (Arc::clone(&received), Arc::new(reply));
        let handle = move |request: Request| {
            let (records, reply) = (Arc::clone(&records), Arc::clone(&reply));
            async move {
                let (parts, body) = request.into_parts();
                let bytes: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let request = Received {
                    target: parts.uri.to_string(),
                    headers: parts.headers,
                    body: serde_json::from_slice(&bytes).unwrap(),
                    at: Instant::now(),
                };
                let number = {
                    let mut records = records.lock().unwrap();
                    records.push(request.clone());
                    records.len() - 1
                };
                match reply(number, &request) {
                    Reply::Send(response) => response,
                    Reply::Hold => std::future::pending().await,
                }
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(handle);
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, received, _server: AbortOnDropHandle::new(server) }
    }

    /// Returns all requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Returns the texts of a member of all bodies so far.
    pub fn texts(&self, member: &str) -> Vec<String> {
        self.received().iter().map(|request| request.body[member].as_str().unwrap().to_owned()).collect()
    }

    /// Waits for this number of requests, and returns all.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        wait_for("the requests", || Some(self.received()).filter(|received| received.len() >= count)).await
    }
}

/// Waits until the condition returns a value.
pub async fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < MAX_WAIT {
        if let Some(value) = condition() {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("timed out waiting for {what}");
}

/// Returns a [[notify]] with these settings and a webhook.
pub fn webhook(name: &str, url: &str, settings: &str) -> String {
    format!("[[notify]]\nname = \"{name}\"\n{settings}\nwebhook = {{ url = \"{url}\" }}\n")
}

/// Waits like [`wait_for`], for what a clock starts once a minute.
pub async fn wait_for_long<T>(mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < 2 * MAX_WAIT {
        if let Some(value) = condition() {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("timed out waiting for what a clock starts");
}
