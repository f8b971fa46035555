//! The SDK and the command line through every profile and past every fault: the right outcome, each line once, and one
//! execute.

use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};
use txjobs_sdk::{ApiKey, Client, Event, ExecutionState, types::JobId};
use txjobs_tests::{
    admin::Admin,
    cli::{Said, said, txjobs},
    gateway::Gateway,
};

use crate::{JOBS, LOAD};

/// What the log of "Load" says.
const MESSAGES: [&str; 5] = ["A row without currency", "Reading", "Written 1", "Written 2", "Written 3"];

/// Each entry of the column "must also work", alone, and some together.
fn profiles() -> Vec<Value> {
    let mut profiles = vec![
        json!({}),
        json!({ "prefix": "/tenant/api" }),
        json!({ "keyHeader": "x-api-key" }),
        json!({ "extensions": false }),
        json!({ "casing": "camel" }),
        json!({ "times": "offset" }),
        json!({ "times": "noZone" }),
        json!({ "times": "null" }),
        json!({ "times": "empty" }),
        json!({ "times": "missing" }),
        json!({ "executeStatus": 201 }),
        json!({ "executeStatus": 202 }),
        json!({ "errors": "html", "pendingLogs": "notFound", "pickUp": "300ms" }),
        json!({ "busy": "badRequest" }),
        json!({ "busy": "queue" }),
        json!({ "pendingLogs": "notFound", "pickUp": "300ms" }),
        json!({ "pendingLogs": "created", "pickUp": "300ms" }),
        json!({ "unknownTrigger": "notFound" }),
        json!({ "unknownJob": 400 }),
        json!({ "badKey": 403 }),
        json!({ "order": "reversed" }),
        json!({ "order": "shuffled", "extensions": false }),
        json!({ "repeats": true, "extensions": false }),
        json!({ "lateLines": "400ms" }),
        json!({ "numbers": "unknown" }),
        json!({ "fields": "more" }),
        json!({ "fields": "fewer" }),
        json!({ "emptyArrays": "null", "pickUp": "300ms" }),
        json!({ "cors": false }),
        json!({ "rateLimit": { "requests": 3, "per": "1s" } }),
        json!({ "rateLimit": { "requests": 3, "per": "1s", "retryAfter": "date" } }),
        json!({
            "prefix": "/v2", "keyHeader": "x-api-key", "casing": "camel", "times": "noZone", "executeStatus": 202,
            "errors": "problem", "extensions": false, "order": "shuffled", "repeats": true, "lateLines": "300ms",
            "fields": "more", "pendingLogs": "notFound", "pickUp": "300ms", "emptyArrays": "null",
        }),
    ];
    profiles.extend([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|digits| json!({ "fractionDigits": digits })));
    profiles
}

struct Server {
    gateway: Gateway,
    admin: Admin,
    settings: Value,
}

impl Server {
    fn domain(&self) -> String {
        format!("{}{}", self.gateway.address(), self.settings["prefix"].as_str().unwrap_or_default())
    }

    fn key_header(&self) -> &str {
        self.settings["keyHeader"].as_str().unwrap_or("apiKey")
    }

    /// What "completed with warnings" is called here.
    fn state(&self) -> ExecutionState {
        let state = ExecutionState::CompletedWithWarnings.number();
        ExecutionState::from(if self.settings["numbers"] == "unknown" { state + 5 } else { state })
    }

    /// The lines that are shown: an array of them is a property that need not be there.
    fn messages(&self) -> &'static [&'static str] {
        if self.settings["fields"] == "fewer" { &[] } else { &MESSAGES }
    }

    async fn executes(&self) -> usize {
        self.admin.journal("operation=execute_job").await.len()
    }

    async fn set(&mut self, settings: Value) {
        self.admin.reset().await;
        self.admin.profile(settings.clone()).await;
        self.settings = settings;
    }

    fn client(&self) -> Client {
        let key = ApiKey::new(self.gateway.key()).unwrap();
        Client::builder(self.domain(), key).key_header(self.key_header()).build().unwrap()
    }

    async fn run(&self, arguments: &[&str]) -> Said {
        let mut command = txjobs(&self.gateway, arguments);
        command.env("TXJOBS_DOMAIN", self.domain()).env("TXJOBS_KEY_HEADER", self.key_header());
        tokio::task::spawn_blocking(move || said(&mut command)).await.unwrap()
    }
}

fn server() -> Server {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    Server { gateway, admin, settings: json!({}) }
}

#[tokio::test]
async fn the_command_line_through_every_profile() {
    let mut server = server();
    for settings in profiles() {
        server.set(settings.clone()).await;
        let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
        let expected = if server.state() == ExecutionState::CompletedWithWarnings { 0 } else { 1 };
        assert_eq!(run.code, expected, "{settings}: {run:?}");
        assert_eq!(run.out.lines().count(), server.messages().len(), "{settings}: {run:?}");
        for message in server.messages() {
            assert_eq!(run.out.matches(message).count(), 1, "{settings}: {run:?}");
        }
        assert_eq!(server.executes().await, 1, "{settings}: {run:?}");
    }
}

#[tokio::test]
async fn the_sdk_through_every_profile() {
    let mut server = server();
    for settings in profiles() {
        server.set(settings.clone()).await;
        let job: JobId = LOAD.parse().unwrap();
        let events = server.client().execute_and_follow(job).collect::<Vec<_>>();
        let events = tokio::time::timeout(Duration::from_secs(60), events).await.unwrap();
        let mut messages: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Ok(Event::Line(line)) => Some(line.message.as_str()),
                _ => None,
            })
            .collect();
        messages.sort_unstable();
        assert_eq!(messages, server.messages(), "{settings}: {events:?}");
        let Some(Ok(Event::Ended(execution))) = events.last() else { panic!("{settings}: {events:?}") };
        assert_eq!(execution.state, server.state(), "{settings}");
        assert_eq!(server.executes().await, 1, "{settings}");
    }
}

/// What goes wrong on the way of following, and passes.
#[tokio::test]
async fn a_run_is_followed_past_every_fault() {
    let mut server = server();
    for effect in [
        json!({ "kind": "status", "status": 503, "body": "html" }),
        json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 1 } }),
        json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 1, "form": "date" } }),
        json!({ "kind": "status", "status": 500, "body": "empty" }),
        json!({ "kind": "delay", "delay": "500ms" }),
        json!({ "kind": "drip", "bytesPerSecond": 2000 }),
        json!({ "kind": "cutOff", "after": 30 }),
        json!({ "kind": "truncate", "after": 30 }),
        json!({ "kind": "reset" }),
        json!({ "kind": "loseAnswer" }),
    ] {
        server.set(json!({})).await;
        let rule = json!({ "operation": "get_job_logs_by_trigger", "count": 2, "effect": effect });
        let id = server.admin.fault(rule).await;
        let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
        assert_eq!((run.code, run.out.lines().count()), (0, MESSAGES.len()), "{effect}: {run:?}");
        assert!(server.admin.fault_of(id).await["applied"].as_u64() >= Some(1), "{effect}");
        assert_eq!(server.executes().await, 1, "{effect}");
    }
}

/// What goes wrong with the execute itself is told, and never sent again.
#[tokio::test]
async fn an_execute_that_goes_wrong_is_sent_once() {
    let mut server = server();
    for (effect, code, word) in [
        (json!({ "kind": "loseAnswer", "body": "html" }), 7, "502"),
        (json!({ "kind": "reset" }), 7, ""),
        (json!({ "kind": "cutOff", "after": 10 }), 7, ""),
        (json!({ "kind": "truncate", "after": 10 }), 7, ""),
        (json!({ "kind": "status", "status": 503 }), 7, "503"),
        (json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 1 } }), 7, "429"),
        (json!({ "kind": "status", "status": 401 }), 4, "key"),
        (json!({ "kind": "redirect", "status": 307, "location": "/public/jobs" }), 7, "307"),
    ] {
        server.set(json!({})).await;
        server.admin.fault(json!({ "operation": "execute_job", "effect": effect })).await;
        let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
        assert_eq!(run.code, code, "{effect}: {run:?}");
        assert!(run.err.contains(word) && run.out.is_empty(), "{effect}: {run:?}");
        assert_eq!(server.executes().await, 1, "{effect}: {run:?}");
    }
}
