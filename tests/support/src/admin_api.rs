//! The admin API of an emulator: it generates organizations, sets faults, the behavior and the clock, and reads the journal.
//!
//! Bodies are as in `crates/emulator/admin.yaml`.

use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

/// A client of the admin API. A call panics if the emulator refuses it.
#[derive(Clone, Debug)]
pub struct AdminApi {
    address: String,
    token: String,
    http: Client,
}

/// An organization that was generated.
#[derive(Clone, Debug, Deserialize)]
pub struct SeededOrganization {
    /// Its name.
    pub organization: String,
    /// Its API key.
    pub key: String,
    /// The number of its jobs.
    pub jobs: u64,
    /// The number of its past executions.
    pub executions: u64,
    /// The number of all lines of the executions.
    pub lines: u64,
}

/// A request in the journal.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// The position among all requests.
    pub number: u64,
    /// The time of the request by the emulator's clock.
    pub time: String,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The id of the operation.
    pub operation: Option<String>,
    /// The trigger id in the path or in the response.
    pub trigger_id: Option<String>,
    /// The names of the headers.
    pub headers: Vec<String>,
    /// The names of the query parameters.
    pub query: Vec<String>,
    /// The number of concurrent requests, including this one.
    pub concurrent_requests: u64,
    /// The status of the response.
    pub status: Option<u16>,
    /// `inProgress`, `completed` or `interrupted`.
    pub outcome: String,
    /// The numbers of the fault rules that applied.
    pub faults: Vec<u64>,
}

impl AdminApi {
    /// Creates a client for the emulator at an address, with its admin token.
    #[must_use]
    pub fn new(address: &str, token: &str) -> Self {
        // Built with the SDK's features, reqwest needs a TLS provider, also for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { address: address.to_owned(), token: token.to_owned(), http: Client::new() }
    }

    /// Removes the history, generated organizations, fault rules and the journal, and resets the behavior and the clock.
    pub async fn reset(&self) {
        self.send(Method::POST, "/reset", None).await;
    }

    /// Generates an organization.
    pub async fn seed(&self, plan: Value) -> SeededOrganization {
        serde_json::from_value(self.send(Method::POST, "/seed", Some(plan)).await).unwrap()
    }

    /// Adds a fault rule, and returns its number.
    pub async fn add_fault(&self, rule: Value) -> u64 {
        self.send(Method::POST, "/faults", Some(rule)).await["id"].as_u64().unwrap()
    }

    /// Returns a fault rule and how often it applied.
    pub async fn fault(&self, id: u64) -> Value {
        self.send(Method::GET, &format!("/faults/{id}"), None).await
    }

    /// Returns all fault rules.
    pub async fn faults(&self) -> Value {
        self.send(Method::GET, "/faults", None).await
    }

    /// Removes all fault rules.
    pub async fn clear_faults(&self) {
        self.send(Method::DELETE, "/faults", None).await;
    }

    /// Returns the behavior.
    pub async fn behavior(&self) -> Value {
        self.send(Method::GET, "/behavior", None).await
    }

    /// Sets the behavior. Settings that are missing get their defaults.
    pub async fn set_behavior(&self, settings: Value) {
        self.send(Method::PUT, "/behavior", Some(settings)).await;
    }

    /// Resets the behavior.
    pub async fn reset_behavior(&self) {
        self.send(Method::DELETE, "/behavior", None).await;
    }

    /// Returns the clock.
    pub async fn clock(&self) -> Value {
        self.send(Method::GET, "/clock", None).await
    }

    /// Sets the clock, and returns it.
    pub async fn set_clock(&self, setting: Value) -> Value {
        self.send(Method::PUT, "/clock", Some(setting)).await
    }

    /// Stops the clock.
    pub async fn freeze_clock(&self) {
        self.set_clock(json!({ "speed": 0 })).await;
    }

    /// Advances the clock.
    pub async fn advance_clock(&self, by: &str) {
        self.send(Method::POST, "/clock/advance", Some(json!({ "by": by }))).await;
    }

    /// Resets the clock to the system's, and returns it.
    pub async fn reset_clock(&self) -> Value {
        self.send(Method::DELETE, "/clock", None).await
    }

    /// Returns the requests that match the query, oldest first.
    pub async fn journal(&self, query: &str) -> Vec<JournalEntry> {
        let journal = self.send(Method::GET, &format!("/journal?{query}"), None).await;
        serde_json::from_value(journal["entries"].clone()).unwrap()
    }

    /// Waits until at least this many requests match the query.
    pub async fn wait_for_journal(&self, query: &str, at_least: usize) -> Vec<JournalEntry> {
        for _ in 0..12 {
            let entries = self.journal(&format!("{query}&at_least={at_least}&wait=5")).await;
            if entries.len() >= at_least {
                return entries;
            }
        }
        panic!("timed out waiting for {at_least} requests that match {query:?}: {:?}", self.journal("").await)
    }

    /// Removes all entries of the journal.
    pub async fn clear_journal(&self) {
        self.send(Method::DELETE, "/journal", None).await;
    }

    /// Creates a request with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/admin{path}", self.address)).bearer_auth(&self.token)
    }

    /// Sends a request with a JSON body, and returns the status and the body, which is null if it is not JSON.
    pub async fn send_text(&self, method: Method, path: &str, body: &str) -> (u16, Value) {
        let request = self.request(method, path).header("content-type", "application/json");
        let response = request.body(body.to_owned()).send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let operation = format!("{method} {path}");
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let response = request.send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{operation}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }
}
