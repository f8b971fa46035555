//! A server in place of an engine, whose faults a test chooses.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use txjobs_test_support::{json_response, wait_until};

use crate::support::engine::{Engine, Kind, Phase, Recorded};

/// What happens to a request instead of its usual response.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The engine does its work, and closes the connection.
    LoseResponse,
    /// The engine does its work, and responds when the test releases it.
    Hold,
    /// The engine responds with this status and these headers.
    Respond(u16, Vec<(&'static str, String)>, String),
}

/// A running stand-in.
pub struct StandIn {
    pub engine: Arc<dyn Engine>,
    pub address: String,
    state: Arc<Mutex<State>>,
    released: Arc<Notify>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    lines: Vec<String>,
    reason: String,
    /// The token that requests must have. Earlier ones have expired.
    token: String,
    /// The client secret, if there are access tokens.
    secret: String,
    /// Everything that must not be in a log.
    secrets: Vec<String>,
    start_faults: VecDeque<Fault>,
    poll_faults: VecDeque<Fault>,
    requests: Vec<(Instant, Option<Kind>, Recorded, u16)>,
}

impl StandIn {
    /// Starts a stand-in. The secret is what the gateway finds in the file.
    pub async fn start(engine: Arc<dyn Engine>, secret: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let token = if engine.has_oauth2() { String::new() } else { secret.clone() };
        let state = State {
            phase: Phase::Running,
            lines: Vec::new(),
            reason: String::new(),
            token,
            secrets: vec![secret.clone()],
            secret,
            start_faults: VecDeque::new(),
            poll_faults: VecDeque::new(),
            requests: Vec::new(),
        };
        let (state, released) = (Arc::new(Mutex::new(state)), Arc::new(Notify::new()));
        let shared = (Arc::clone(&engine), address.clone(), Arc::clone(&state), Arc::clone(&released));
        let app = Router::new().fallback(move |request: Request| {
            let (engine, address, state, released) = shared.clone();
            async move { respond(&*engine, &address, &state, &released, request).await }
        });
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { engine, address, state, released, server }
    }

    /// Changes how far the run has come. A failure repeats the token, as careless engines do.
    pub fn set_phase(&self, phase: Phase) {
        let mut state = self.lock();
        state.phase = phase;
        if phase == Phase::Failed {
            state.reason = format!("no table for {}", state.token);
        }
    }

    pub fn add_line(&self, line: &str) {
        self.lock().lines.push(line.to_owned());
    }

    pub fn add_start_fault(&self, fault: Fault) {
        self.lock().start_faults.push_back(fault);
    }

    pub fn add_poll_fault(&self, fault: Fault) {
        self.lock().poll_faults.push_back(fault);
    }

    /// Responds to the requests that are held.
    pub fn release(&self) {
        self.released.notify_waiters();
    }

    /// Lets the current token expire. Requests with an access token need a new one, others the returned one.
    pub fn expire_token(&self) -> String {
        let mut state = self.lock();
        let token = format!("rotated-{}-{}", self.engine.guide(), state.secrets.len());
        state.token = token.clone();
        state.secrets.push(token.clone());
        token
    }

    /// Returns everything that must not be in a log.
    pub fn secrets(&self) -> Vec<String> {
        self.lock().secrets.clone()
    }

    /// Returns the requests of a kind, with their times and the status of their responses.
    pub fn requests(&self, kind: Kind) -> Vec<(Instant, Recorded, u16)> {
        let requests = self.lock().requests.clone();
        let unexpected: Vec<_> = requests.iter().filter(|(_, kind, ..)| kind.is_none()).collect();
        assert!(unexpected.is_empty(), "{}: {unexpected:?}", self.engine.guide());
        requests
            .into_iter()
            .filter(|(_, of, ..)| *of == Some(kind))
            .map(|(at, _, request, status)| (at, request, status))
            .collect()
    }

    /// Waits until this number of requests of a kind has arrived.
    pub async fn wait_for(&self, kind: Kind, count: usize) {
        wait_until("requests to the stand-in", async || (self.requests(kind).len() >= count).then_some(()))
            .await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn respond(
    engine: &dyn Engine,
    address: &str,
    state: &Mutex<State>,
    released: &Notify,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let request = Recorded {
        method: parts.method,
        target: parts.uri.to_string(),
        headers: parts.headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    };
    let kind = engine.kind(&request);
    // Before the request is visible to the test, which releases it then.
    let release = released.notified();
    let (response, fault) = {
        let mut state = state.lock().unwrap();
        let fault = match kind {
            Some(Kind::Start) => state.start_faults.pop_front(),
            Some(Kind::Poll) => state.poll_faults.pop_front(),
            _ => None,
        };
        let response = match &fault {
            Some(Fault::Respond(status, headers, body)) => {
                let mut response = Response::builder().status(*status);
                for (name, value) in headers {
                    response = response.header(*name, value);
                }
                response.body(Body::from(body.clone())).unwrap()
            }
            _ => state.usual_response(engine, address, kind, &request),
        };
        state.requests.push((Instant::now(), kind, request, response.status().as_u16()));
        (response, fault)
    };
    match fault {
        // Ends the task of the connection. Nothing is printed, as no panic hook runs.
        Some(Fault::LoseResponse) => std::panic::resume_unwind(Box::new("the connection is closed")),
        Some(Fault::Hold) => release.await,
        _ => {}
    }
    response
}

impl State {
    fn usual_response(
        &mut self,
        engine: &dyn Engine,
        address: &str,
        kind: Option<Kind>,
        request: &Recorded,
    ) -> Response<Body> {
        let Some(kind) = kind else { return json_response(404, "{}") };
        if kind == Kind::Token {
            return self.token_response(request);
        }
        let token = engine.token(request);
        if token != self.token {
            return json_response(
                401,
                &serde_json::json!({ "message": format!("{token} has expired") }).to_string(),
            );
        }
        match kind {
            Kind::Start => engine.started(request, address),
            Kind::Cancel => {
                let response = engine.canceled(request);
                if response.status().is_success() {
                    self.phase = Phase::Canceled;
                }
                response
            }
            Kind::Log => engine.log(&self.lines),
            Kind::Poll | Kind::Token => engine.polled(self.phase, &self.reason, &self.lines),
        }
    }

    /// Issues an access token with the client credentials grant.
    fn token_response(&mut self, request: &Recorded) -> Response<Body> {
        let has = |field: &str| request.text.split('&').any(|other| other == field);
        let is_valid = has("grant_type=client_credentials")
            && has("client_id=CLIENT_ID")
            && has(&format!("client_secret={}", self.secret))
            && request.text.contains("&scope=https%3A%2F%2F")
            && request.header("content-type") == "application/x-www-form-urlencoded"
            && request.header("authorization").is_empty();
        if !is_valid {
            let body = serde_json::json!({ "error": "invalid_client", "error_description": request.text });
            return json_response(401, &body.to_string());
        }
        self.token = format!("access-token-{}", self.secrets.len());
        self.secrets.push(self.token.clone());
        let body =
            serde_json::json!({ "access_token": self.token, "token_type": "Bearer", "expires_in": 3599 });
        json_response(200, &body.to_string())
    }
}
