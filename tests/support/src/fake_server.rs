//! A server that returns the responses that a test chooses.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Response};

use crate::server_thread::ServerThread;

/// Longer than any client waits before its next request.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A request that a client sent.
#[derive(Clone, Debug)]
pub struct FakeRequest {
    /// The method.
    pub method: Method,
    /// The target of the request: the path and the query, or the whole URL if the client uses the server as a proxy.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
}

impl FakeRequest {
    /// Returns the target without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// The response to a request.
#[derive(Debug)]
pub enum FakeResponse {
    /// Sends this response.
    Send(Response<Body>),
    /// Keeps the connection open and sends nothing.
    Hold,
    /// Closes the connection without a response.
    Close,
}

impl From<Response<Body>> for FakeResponse {
    fn from(response: Response<Body>) -> Self {
        Self::Send(response)
    }
}

/// A server that returns the responses that a test chooses, and records the requests. It stops when it is dropped.
#[derive(Debug)]
pub struct FakeServer {
    thread: ServerThread,
    requests: Arc<Mutex<Vec<FakeRequest>>>,
    /// The paths of the requests for which no test has waited yet.
    new_paths: Mutex<Receiver<String>>,
}

impl FakeServer {
    /// Starts a server that responds to the first request with `respond(0, request)`, to the second one with
    /// `respond(1, request)`, and so on.
    pub fn start<R: Into<FakeResponse>>(
        respond: impl Fn(usize, &FakeRequest) -> R + Send + Sync + 'static,
    ) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (sender, new_paths) = channel();
        let (recorded, respond) = (Arc::clone(&requests), Arc::new(respond));
        let app = Router::new().fallback(move |request: Request| {
            let response = handle(&request, &recorded, &sender, &*respond);
            async move {
                match response {
                    FakeResponse::Send(response) => response,
                    FakeResponse::Hold => std::future::pending().await,
                    // Ends the task of the connection. Nothing is printed, as no panic hook runs.
                    FakeResponse::Close => std::panic::resume_unwind(Box::new("the connection is closed")),
                }
            }
        });
        let thread = ServerThread::start(|listener| async { axum::serve(listener, app).await });
        Self { thread, requests, new_paths: Mutex::new(new_paths) }
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.thread.address
    }

    /// Returns all requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<FakeRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits for the next request whose path ends with `end`. Each call waits for another request.
    pub fn wait_for_request(&self, end: &str) {
        let paths = self.new_paths.lock().unwrap();
        while !paths.recv_timeout(MAX_WAIT).expect("the client sends the request").ends_with(end) {}
    }
}

/// Lets a page of another origin read this response, and the header that asks to wait.
#[must_use]
pub fn allow_origin(mut response: Response<Body>) -> Response<Body> {
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", "*"),
        ("access-control-expose-headers", "retry-after"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn handle<R: Into<FakeResponse>>(
    request: &Request,
    recorded: &Mutex<Vec<FakeRequest>>,
    new_paths: &Sender<String>,
    respond: &impl Fn(usize, &FakeRequest) -> R,
) -> FakeResponse {
    let request = FakeRequest {
        method: request.method().clone(),
        target: request.uri().to_string(),
        headers: request.headers().clone(),
    };
    let number = {
        let mut recorded = recorded.lock().unwrap();
        recorded.push(request.clone());
        recorded.len() - 1
    };
    // A test that has waited for the request finds it among the recorded ones. The test may no longer wait.
    let _ = new_paths.send(request.path().to_owned());
    respond(number, &request).into()
}

/// Returns a response with this status and JSON body.
#[must_use]
pub fn json_response(status: u16, body: &str) -> Response<Body> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Body::from(body.to_owned())).unwrap()
}
