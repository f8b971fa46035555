//! A small engine whose responses a test chooses, and a gateway with one job.

use axum::body::Body;
use axum::http::Response;
use serde_json::json;
use txjobs_test_support::{
    FakeRequest, FakeResponse, FakeServer, ServerFolder, TestServer, json_response, wait_until,
};

/// The secret that the requests have.
pub const SECRET: &str = "simple-secret-0123456789";

/// The engine. Its job "Load" starts runs with POST, and cancels them with DELETE.
pub struct SimpleEngine {
    pub server: FakeServer,
}

impl SimpleEngine {
    /// Starts an engine with a response to each request but the start, which it accepts.
    pub fn start(respond: impl Fn(&FakeRequest) -> FakeResponse + Send + Sync + 'static) -> Self {
        Self::start_with(move |_, request| match request.method.as_str() {
            "POST" => json_response(201, &json!({ "id": 7 }).to_string()).into(),
            _ => respond(request),
        })
    }

    /// Starts an engine with a response to each request and its number.
    pub fn start_with(respond: impl Fn(usize, &FakeRequest) -> FakeResponse + Send + Sync + 'static) -> Self {
        Self { server: FakeServer::start(respond) }
    }

    pub fn address(&self) -> &str {
        self.server.address()
    }

    /// Returns the configuration of a job. `job` are keys of the job, and `tables` further tables.
    pub fn config(&self, job: &str, tables: &str) -> String {
        let address = self.address();
        let poll = format!("url = \"{address}/runs/{{run_id}}\"\n");
        self.config_with(job, "run_id = \"/id\"\n", &poll, tables)
    }

    /// Returns the configuration of a job with further keys of its tables.
    pub fn config_with(&self, job: &str, start: &str, poll: &str, tables: &str) -> String {
        let address = self.address();
        format!(
            "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n{job}\
             [organization.job.http]\nheaders = {{ Authorization = \"Bearer ${{file:token}}\" }}\nrequest_timeout = \"2s\"\n\
             [organization.job.http.start]\nurl = \"{address}/runs\"\n{start}\
             [organization.job.http.poll]\ninterval = \"100ms\"\nstate = [\"/state\"]\nrunning = [\"running\", \"stopping\"]\n\
             completed = [\"done\"]\nfailed = [\"failed\"]\nreason = [\"/reason\"]\n{poll}{tables}"
        )
    }

    /// Returns the table that cancels runs.
    pub fn cancel(&self, keys: &str) -> String {
        let address = self.address();
        format!(
            "[organization.job.http.cancel]\nmethod = \"DELETE\"\nurl = \"{address}/runs/{{run_id}}\"\n{keys}"
        )
    }

    /// Starts a gateway with the job.
    pub fn serve(&self, job: &str, tables: &str) -> TestServer {
        serve(&self.config(job, tables)).1
    }

    /// Returns the number of requests with a method.
    pub fn count(&self, method: &str) -> usize {
        self.server.requests().iter().filter(|request| request.method == method).count()
    }

    /// Waits until a request with a method has arrived.
    pub async fn wait_for(&self, method: &str) {
        wait_until("a request to the engine", async || (self.count(method) > 0).then_some(())).await;
    }
}

/// Starts a gateway with the secret of the job.
pub fn serve(config: &str) -> (ServerFolder, TestServer) {
    let folder = ServerFolder::gateway(config);
    std::fs::write(folder.file("token"), SECRET).unwrap();
    let server = folder.serve(&[]);
    (folder, server)
}

/// Returns a response with a state.
pub fn state(state: &str) -> Response<Body> {
    json_response(200, &json!({ "state": state }).to_string())
}
