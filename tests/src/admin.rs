//! The gateway as an emulator, told from a test: fill it, slow it, break it, wind its clock forward, ask what it saw.
//!
//! What can be told stands in `crates/emulator/admin.yaml`; bodies are written as there.

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

/// `/admin` of a running gateway. Every call panics when the gateway refuses.
#[derive(Clone, Debug)]
pub struct Admin {
    address: String,
    token: String,
    http: Client,
}

/// An organization that was made.
#[derive(Clone, Debug, Deserialize)]
pub struct Seeded {
    /// Its name.
    pub organization: String,
    /// Its API key.
    pub key: String,
    /// How many jobs it has.
    pub jobs: u64,
    /// How many past executions.
    pub executions: u64,
    /// How many lines these have.
    pub lines: u64,
}

/// A request that a client sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place among all.
    pub number: u64,
    /// When it came, by the gateway's clock.
    pub time: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Which operation it was.
    pub operation: Option<String>,
    /// The trigger id that it named or was answered with.
    pub trigger_id: Option<String>,
    /// The names of its headers.
    pub headers: Vec<String>,
    /// The names of its query parameters.
    pub query: Vec<String>,
    /// How many were under way, with it.
    pub at_once: u64,
    /// What it was answered with.
    pub status: Option<u16>,
    /// `underway`, `answered` or `brokenOff`.
    pub outcome: String,
    /// The rules that took part.
    pub faults: Vec<u64>,
}

#[derive(Deserialize)]
struct Journal {
    entries: Vec<Entry>,
}

impl Admin {
    /// `/admin` at an address, with the token that the gateway printed.
    #[must_use]
    pub fn new(address: &str, token: &str) -> Self {
        // reqwest without a provider of its own wants one even for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { address: address.to_owned(), token: token.to_owned(), http: Client::new() }
    }

    /// Begins anew: no history, no seeded organization, no rule, no journal, every setting its default, the machine's clock.
    pub async fn reset(&self) {
        self.tell(Method::POST, "/reset", None).await;
    }

    /// Makes an organization.
    pub async fn seed(&self, what: Value) -> Seeded {
        serde_json::from_value(self.tell(Method::POST, "/seed", Some(what)).await).unwrap()
    }

    /// Adds a rule, and gives its number.
    pub async fn fault(&self, rule: Value) -> u64 {
        self.tell(Method::POST, "/faults", Some(rule)).await["id"].as_u64().unwrap()
    }

    /// A rule, with how often it took part.
    pub async fn fault_of(&self, id: u64) -> Value {
        self.tell(Method::GET, &format!("/faults/{id}"), None).await
    }

    /// Removes all rules.
    pub async fn no_faults(&self) {
        self.tell(Method::DELETE, "/faults", None).await;
    }

    /// Sets the behavior.
    pub async fn behavior(&self, settings: Value) {
        self.tell(Method::PUT, "/behavior", Some(settings)).await;
    }

    /// Freezes the clock, and gives its time.
    pub async fn freeze(&self) -> String {
        self.clock(json!({ "speed": 0 })).await["time"].as_str().unwrap().to_owned()
    }

    /// Sets the clock.
    pub async fn clock(&self, setting: Value) -> Value {
        self.tell(Method::PUT, "/clock", Some(setting)).await
    }

    /// Winds the clock forward.
    pub async fn advance(&self, by: &str) {
        self.tell(Method::POST, "/clock/advance", Some(json!({ "by": by }))).await;
    }

    /// The requests that fit, oldest first; `search` is the query.
    pub async fn journal(&self, search: &str) -> Vec<Entry> {
        let found = self.tell(Method::GET, &format!("/journal?{search}"), None).await;
        serde_json::from_value::<Journal>(found).unwrap().entries
    }

    /// Waits until so many requests fit.
    pub async fn await_journal(&self, search: &str, at_least: usize) -> Vec<Entry> {
        for _ in 0..12 {
            let entries = self.journal(&format!("{search}&at_least={at_least}&wait=5")).await;
            if entries.len() >= at_least {
                return entries;
            }
        }
        panic!("{at_least} requests that fit {search:?} never came: {:?}", self.journal("").await)
    }

    /// Forgets the journal.
    pub async fn clear_journal(&self) {
        self.tell(Method::DELETE, "/journal", None).await;
    }

    /// Any request, with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/admin{path}", self.address)).bearer_auth(&self.token)
    }

    async fn tell(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let what = format!("{method} {path}");
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{what}: {status} {text}");
        if status == StatusCode::NO_CONTENT { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }
}
