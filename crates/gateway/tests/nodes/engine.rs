//! A stand-in for an engine with one run. It knows the node of each request.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, Response};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;
use txjobs_test_support::json_response;

use crate::cluster::wait_at_most;

/// The environment variable with the name of a node, which its requests have. As it is a secret, it has eight characters.
pub const NODE_VARIABLE: &str = "ENGINE_CALLER";

/// A request that the engine received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineRequest {
    pub method: Method,
    pub node: String,
}

/// A running engine. It stops when it is dropped.
pub struct Engine {
    address: String,
    state: Arc<Mutex<State>>,
    released: watch::Sender<bool>,
    _server: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct State {
    /// The state of the run.
    run: &'static str,
    /// The requests of this node with this method wait until they are released, and then get this state.
    held: Option<(Method, String, &'static str)>,
    requests: Vec<EngineRequest>,
}

impl Engine {
    pub async fn start() -> Self {
        let state = State { run: "running", held: None, requests: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let (released, is_released) = watch::channel(false);
        let shared = Arc::clone(&state);
        let app = Router::new().fallback(move |request: Request| {
            let (state, is_released) = (Arc::clone(&shared), is_released.clone());
            async move { respond(&state, is_released, request.into_parts().0).await }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, state, released, _server: AbortOnDropHandle::new(server) }
    }

    /// Returns the configuration of a job whose runs are those of this engine, with further settings.
    pub fn job(&self, name: &str, settings: &str) -> String {
        let address = &self.address;
        format!(
            "[[organization.job]]\nname = \"{name}\"\n{settings}\n\
             [organization.job.http]\nheaders = {{ x-node = \"${{env:{NODE_VARIABLE}}}\" }}\nrequest_timeout = \"10m\"\n\
             [organization.job.http.start]\nurl = \"{address}/runs\"\nrun_id = \"/id\"\n\
             [organization.job.http.poll]\nurl = \"{address}/runs/{{run_id}}\"\ninterval = \"100ms\"\nstate = [\"/state\"]\n\
             running = [\"running\"]\ncompleted = [\"done\"]\nfailed = [\"failed\", \"canceled\"]\n\
             [organization.job.http.cancel]\nmethod = \"DELETE\"\nurl = \"{address}/runs/{{run_id}}\"\n"
        )
    }

    pub fn set_state(&self, run: &'static str) {
        self.lock().run = run;
    }

    /// Holds the requests of a node with a method. When they are released, they get this state, whatever the others get.
    pub fn hold(&self, method: Method, node: &str, state: &'static str) {
        self.lock().held = Some((method, node.to_owned(), state));
    }

    /// Responds to the requests that are held, and holds no more.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    pub fn requests(&self) -> Vec<EngineRequest> {
        self.lock().requests.clone()
    }

    /// Returns the nodes of the requests with a method.
    pub fn callers(&self, method: &Method) -> Vec<String> {
        self.requests().into_iter().filter(|r| r.method == *method).map(|r| r.node).collect()
    }

    /// Waits until a node has sent a request with a method that comes after the first `seen` requests.
    pub async fn wait_for(&self, limit: Duration, method: Method, node: &str, seen: usize) {
        let expected = EngineRequest { method, node: node.to_owned() };
        wait_at_most(limit, &format!("{expected:?}"), async || {
            self.requests()[seen..].contains(&expected).then_some(())
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

async fn respond(
    state: &Mutex<State>,
    mut is_released: watch::Receiver<bool>,
    request: Parts,
) -> Response<Body> {
    let node = request.headers.get("x-node").unwrap().to_str().unwrap().to_owned();
    let received = EngineRequest { method: request.method, node };
    let held = {
        let mut state = state.lock().unwrap();
        state.requests.push(received.clone());
        let held = state.held.clone();
        held.filter(|(method, node, _)| *method == received.method && *node == received.node)
    };
    let told = match held {
        Some((_, _, told)) => {
            is_released.wait_for(|is_released| *is_released).await.unwrap();
            told
        }
        None => state.lock().unwrap().run,
    };
    match received.method {
        Method::POST => json_response(201, &json!({ "id": 7 }).to_string()),
        Method::DELETE => {
            state.lock().unwrap().run = "canceled";
            json_response(202, "{}")
        }
        _ => json_response(200, &json!({ "state": told }).to_string()),
    }
}
