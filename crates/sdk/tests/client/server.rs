//! A test server that records the requests and responds as the test defines.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, Response},
};
use tokio::net::TcpListener;
use txjobs_sdk::{ApiKey, Client, ClientBuilder};

/// A request that the server received.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

pub(crate) struct Server {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl Server {
    /// Starts a server that responds to the first request with `respond(0, …)`, to the second with `respond(1, …)`, and so on.
    pub(crate) async fn start(
        respond: impl Fn(usize, &ReceivedRequest) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (recorded, respond) = (requests.clone(), Arc::new(respond));
        let app = Router::new().fallback(move |request: Request| {
            let (recorded, respond) = (recorded.clone(), respond.clone());
            async move {
                let request = ReceivedRequest {
                    method: request.method().clone(),
                    path: request.uri().to_string(),
                    headers: request.headers().clone(),
                };
                let mut recorded = recorded.lock().unwrap();
                recorded.push(request.clone());
                respond(recorded.len() - 1, &request)
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, requests }
    }

    /// Returns the requests so far.
    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns a builder for a client of this server with the key `s3cret`.
    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(&self.address, ApiKey::new("s3cret").unwrap())
    }

    /// Returns a client of this server with the key `s3cret`.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

/// Returns a response with this status and JSON body.
pub(crate) fn json(status: u16, body: &str) -> Response<Body> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Body::from(body.to_owned())).unwrap()
}

/// Returns a redirect to `location`.
pub(crate) fn redirect(status: u16, location: &str) -> Response<Body> {
    Response::builder().status(status).header("location", location).body(Body::empty()).unwrap()
}
