//! Runs the SDK and the command line against every behavior: the right outcome, each line once and in order, one execute, and
//! no key in the output. Faults are in `runs_faults`, lost runs in `runs_lost`.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt, StreamExt, future::join_all};
use serde_json::{Value, json};
use txjobs_sdk::{ApiKey, Client, ExecutionState, RunEvent, types::JobId};
use txjobs_tests::{
    admin::Admin,
    cli::{CommandResult, run_command, txjobs},
    gateway::Gateway,
};

use crate::{JOBS, LOAD};

/// The messages in the log of "Load", in order.
pub const MESSAGES: [&str; 5] = ["Reading", "A row without currency", "Written 1", "Written 2", "Written 3"];

/// The number of gateways that share the behaviors. Most of the time they wait.
const GATEWAYS: usize = 4;
/// The longest time of one step.
pub const MAX_WAIT: Duration = Duration::from_secs(240);

/// Each entry of the column "must also work", alone, and some together.
fn behaviors() -> Vec<Value> {
    let mut behaviors = vec![
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
    behaviors.extend([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|digits| json!({ "fractionDigits": digits })));
    behaviors.extend(odd_behaviors());
    behaviors
}

/// Behavior of servers with unusual answers.
fn odd_behaviors() -> Vec<Value> {
    let rate_limit = json!({ "requests": 3, "per": "1s", "retryAfter": "date" });
    vec![
        json!({ "badText": "unpairedSurrogates" }),
        json!({ "badText": "invalidUtf8" }),
        json!({ "logIds": "changing" }),
        json!({ "logIds": "identical" }),
        json!({ "logIds": "missing" }),
        json!({ "logIds": "null" }),
        json!({ "logIds": "changing", "order": "shuffled", "extensions": false }),
        json!({ "logIds": "identical", "lateLines": "400ms" }),
        json!({ "idFormat": "digits" }),
        json!({ "idFormat": "braces" }),
        json!({ "idFormat": "parentheses" }),
        json!({ "idFormat": "upperCase" }),
        json!({ "numberFormat": "string" }),
        json!({ "numberFormat": "float" }),
        json!({ "numberFormat": "name" }),
        json!({ "numberFormat": "string", "numbers": "unknown" }),
        json!({ "replicaLag": "400ms" }),
        json!({ "replicaLag": "1500ms" }),
        json!({ "replicaLag": "1500ms", "logIds": "changing" }),
        json!({ "replicaLag": "1500ms", "pendingLogs": "notFound", "pickUp": "1s" }),
        json!({ "echoKey": true, "errors": "plain", "pendingLogs": "notFound", "pickUp": "300ms" }),
        json!({ "errors": "htmlMessage", "pendingLogs": "notFound", "pickUp": "300ms" }),
        json!({ "clockSkew": "1h", "rateLimit": rate_limit }),
        json!({ "clockSkew": "-1h", "rateLimit": rate_limit }),
        json!({
            "prefix": "/v3", "keyHeader": "x-api-key", "casing": "camel", "times": "offset", "extensions": false,
            "badText": "invalidUtf8", "logIds": "changing", "idFormat": "braces", "numberFormat": "string",
            "replicaLag": "1200ms", "echoKey": true, "errors": "htmlMessage", "order": "shuffled",
            "pendingLogs": "notFound", "pickUp": "300ms", "clockSkew": "-1h",
        }),
    ]
}

/// A gateway with these settings.
pub struct Server {
    pub gateway: Gateway,
    pub admin: Admin,
    settings: Value,
}

impl Server {
    pub fn start(config: &str) -> Self {
        let gateway = Gateway::emulator(config);
        let admin = gateway.admin();
        Self { gateway, admin, settings: json!({}) }
    }

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

    pub async fn executes(&self) -> usize {
        self.admin.journal("operation=execute_job").await.len()
    }

    pub async fn set(&mut self, settings: Value) {
        self.admin.reset().await;
        self.admin.behavior(settings.clone()).await;
        self.settings = settings;
    }

    pub fn client(&self) -> Client {
        let key = ApiKey::new(self.gateway.key()).unwrap();
        Client::builder(self.domain(), key).key_header(self.key_header()).build().unwrap()
    }

    /// Runs the command line, and checks that its output does not contain the key.
    pub async fn run(&self, arguments: &[&str]) -> CommandResult {
        let mut command = txjobs(&self.gateway, arguments);
        command.env("TXJOBS_DOMAIN", self.domain()).env("TXJOBS_KEY_HEADER", self.key_header());
        let command = tokio::task::spawn_blocking(move || run_command(&mut command));
        let result = tokio::time::timeout(MAX_WAIT, command).await;
        let result =
            result.unwrap_or_else(|_| panic!("{}: {arguments:?} does not end", self.settings)).unwrap();
        let key = self.gateway.key();
        assert!(
            !result.out.contains(key) && !result.err.contains(key),
            "{}: it says the key: {result:?}",
            self.settings
        );
        result
    }
}

/// Checks that each message occurs once, and in order.
#[track_caller]
pub fn says_in_order(out: &str, messages: &[&str], what: &str) {
    let mut last = 0;
    for message in messages {
        assert_eq!(out.matches(message).count(), 1, "{message:?}, {what}: {out}");
        let place = out.find(message).unwrap();
        assert!(place >= last, "{message:?} is not in its place, {what}: {out}");
        last = place;
    }
    assert_eq!(out.lines().count(), messages.len(), "{what}: {out}");
}

/// Sets and checks each of the behaviors, also after a failure of one.
async fn through_every_behavior(check: impl AsyncFn(&Server)) {
    let behaviors = behaviors();
    let shares = (0..GATEWAYS).map(|nth| behaviors.iter().skip(nth).step_by(GATEWAYS).cloned());
    let failed = join_all(shares.map(async |share| {
        let mut server = Server::start(JOBS);
        let mut failed = Vec::new();
        for settings in share {
            server.set(settings.clone()).await;
            failed.extend(failure(&settings.to_string(), check(&server)).await);
        }
        failed
    }))
    .await;
    none_failed(&failed.concat());
}

/// Returns the name of the check if it panics.
pub async fn failure(what: &str, check: impl Future<Output = ()>) -> Option<String> {
    AssertUnwindSafe(check).catch_unwind().await.is_err().then(|| what.to_owned())
}

/// Fails if any check failed, after all of them.
#[track_caller]
pub fn none_failed(failed: &[String]) {
    assert!(failed.is_empty(), "the panics above are of these:\n{}", failed.join("\n"));
}

#[tokio::test]
async fn the_command_line_through_every_behavior() {
    through_every_behavior(async |server| {
        let what =
            |command: &str, result: &CommandResult| format!("{command}, {}: {result:?}", server.settings);
        let run = server.run(&["run", "Load", "--timeout", "60s"]).await;
        let expected = if server.state() == ExecutionState::CompletedWithWarnings { 0 } else { 1 };
        assert_eq!(run.code, expected, "{}", what("run", &run));
        says_in_order(&run.out, server.messages(), &what("run", &run));
        let executes = server.admin.journal("operation=execute_job").await;
        assert_eq!(executes.len(), 1, "{}", what("run", &run));

        // The same run again, by its trigger id, as the newest one, and in the list.
        let trigger_id = executes[0].trigger_id.clone().unwrap();
        let follow = server.run(&["follow", "Load", &trigger_id, "--timeout", "60s"]).await;
        assert_eq!(follow.code, expected, "{}", what("follow", &follow));
        says_in_order(&follow.out, server.messages(), &what("follow", &follow));
        let logs = server.run(&["logs", "Load"]).await;
        assert_eq!(logs.code, 0, "{}", what("logs", &logs));
        says_in_order(&logs.out, server.messages(), &what("logs", &logs));
        let jobs = server.run(&["jobs"]).await;
        assert!(
            jobs.code == 0 && jobs.out.contains("Load") && jobs.out.contains("idle"),
            "{}",
            what("jobs", &jobs)
        );
        assert_eq!(server.executes().await, 1, "{}", what("afterwards", &run));
    })
    .await;
}

#[tokio::test]
async fn the_sdk_through_every_behavior() {
    through_every_behavior(async |server| {
        let settings = &server.settings;
        let job: JobId = LOAD.parse().unwrap();
        let events = server.client().execute_and_follow(job).collect::<Vec<_>>();
        let events = tokio::time::timeout(MAX_WAIT, events).await.unwrap();
        let messages: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Ok(RunEvent::Line(line)) => Some(line.message.as_str()),
                _ => None,
            })
            .collect();
        let is_bad = settings.get("badText").is_some();
        assert!(
            messages.iter().all(|message| message.ends_with('\u{fffd}') == is_bad),
            "{settings}: {messages:?}"
        );
        let messages: Vec<_> = messages.iter().map(|message| message.trim_end_matches('\u{fffd}')).collect();
        assert_eq!(messages, server.messages(), "{settings}: {events:?}");
        let Some(Ok(RunEvent::Ended(execution))) = events.last() else { panic!("{settings}: {events:?}") };
        assert_eq!(execution.state, server.state(), "{settings}");
        assert!(!execution.id.0.is_nil() && execution.job_id == job, "{settings}: {execution:?}");
        let states = events.iter().filter_map(|event| match event {
            Ok(RunEvent::State(state)) => Some(state.is_final()),
            _ => None,
        });
        assert!(states.is_sorted(), "an end is an end, {settings}: {events:?}");
        assert!(!format!("{events:?}").contains(server.gateway.key()), "{settings}");
        assert_eq!(server.executes().await, 1, "{settings}");
    })
    .await;
}

/// Equal lines at one time are distinguished by their count.
#[tokio::test]
async fn equal_lines_of_one_second_are_all_kept_whatever_their_ids_are() {
    const TWINS: &str = r#"
[[organization]]
name = "Test"
[[organization.job]]
name = "Twins"
[organization.job.script]
state = "completed"
lines = [
  { message = "Same" }, { message = "Same" }, { message = "Between" },
  { after = "1200ms", message = "Same" }, { message = "Same" },
]
"#;
    let mut server = Server::start(TWINS);
    for ids in ["unique", "changing", "identical", "missing", "null"] {
        for other in [json!({}), json!({ "order": "reversed" }), json!({ "replicaLag": "700ms" })] {
            let mut settings = json!({ "logIds": ids, "fractionDigits": 0 });
            settings.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
            server.set(settings.clone()).await;
            let run = server.run(&["run", "Twins", "--timeout", "60s"]).await;
            assert_eq!(run.code, 0, "{settings}: {run:?}");
            let count = |text: &str| run.out.lines().filter(|line| line.ends_with(text)).count();
            assert_eq!((count("Same"), count("Between")), (4, 1), "{settings}: {run:?}");
            assert_eq!(server.executes().await, 1, "{settings}");
        }
    }
}
