//! An emulator with a behavior, and the SDK and the command line that use it.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use serde_json::{Value, json};
use txjobs_sdk::{ApiKey, Client, ExecutionState};
use txjobs_test_support::{AdminApi, CommandOutput, TestServer, cli::txjobs_command};

/// The messages in the log of "Load", in order.
pub const MESSAGES: [&str; 5] = ["Reading", "A row without currency", "Written 1", "Written 2", "Written 3"];

/// The longest time of one step.
pub const MAX_WAIT: Duration = Duration::from_secs(240);

/// An emulator and its behavior.
pub struct TestedEmulator {
    pub server: TestServer,
    pub admin: AdminApi,
    pub behavior: Value,
}

impl TestedEmulator {
    /// Starts an emulator with the default behavior.
    pub fn start(config: &str) -> Self {
        let server = TestServer::emulator(config);
        let admin = server.admin();
        Self { server, admin, behavior: json!({}) }
    }

    /// Returns the address with the prefix of the behavior.
    fn domain(&self) -> String {
        format!("{}{}", self.server.address(), self.behavior["prefix"].as_str().unwrap_or_default())
    }

    fn key_header(&self) -> &str {
        self.behavior["keyHeader"].as_str().unwrap_or("apiKey")
    }

    /// Returns the state of a run of "Load".
    pub fn state(&self) -> ExecutionState {
        let state = ExecutionState::CompletedWithWarnings.number();
        ExecutionState::from(if self.behavior["numbers"] == "unknown" { state + 5 } else { state })
    }

    /// Returns the messages of "Load" that the behavior shows.
    pub fn messages(&self) -> &'static [&'static str] {
        if self.behavior["fields"] == "fewer" { &[] } else { &MESSAGES }
    }

    /// Returns the number of executes since the behavior was set.
    pub async fn execute_count(&self) -> usize {
        self.admin.journal("operation=execute_job").await.len()
    }

    /// Resets the emulator, and sets the behavior.
    pub async fn set_behavior(&mut self, behavior: Value) {
        self.admin.reset().await;
        self.admin.set_behavior(behavior.clone()).await;
        self.behavior = behavior;
    }

    /// Creates a client of the SDK.
    pub fn client(&self) -> Client {
        let key = ApiKey::new(self.server.key()).unwrap();
        Client::builder(self.domain(), key).key_header(self.key_header()).build().unwrap()
    }

    /// Runs the command line, and checks that its output does not contain the key.
    pub async fn run(&self, arguments: &[&str]) -> CommandOutput {
        let mut command = txjobs_command(&self.server, arguments);
        command.env("TXJOBS_DOMAIN", self.domain()).env("TXJOBS_KEY_HEADER", self.key_header());
        let command = tokio::task::spawn_blocking(move || CommandOutput::of(&mut command));
        let output = tokio::time::timeout(MAX_WAIT, command).await;
        let output =
            output.unwrap_or_else(|_| panic!("{}: {arguments:?} does not end", self.behavior)).unwrap();
        let key = self.server.key();
        assert!(
            !output.stdout.contains(key) && !output.stderr.contains(key),
            "{}: the output contains the key: {output:?}",
            self.behavior
        );
        output
    }
}

/// Asserts that the output has each message once, and in order.
#[track_caller]
pub fn assert_messages_in_order(stdout: &str, messages: &[&str], what: &str) {
    let mut last = 0;
    for message in messages {
        assert_eq!(stdout.matches(message).count(), 1, "{message:?}, {what}: {stdout}");
        let position = stdout.find(message).unwrap();
        assert!(position >= last, "{message:?} is out of order, {what}: {stdout}");
        last = position;
    }
    assert_eq!(stdout.lines().count(), messages.len(), "{what}: {stdout}");
}

/// Returns the name of the check if it panics.
pub async fn failed_check(what: &str, check: impl Future<Output = ()>) -> Option<String> {
    AssertUnwindSafe(check).catch_unwind().await.is_err().then(|| what.to_owned())
}

/// Asserts that no check failed.
#[track_caller]
pub fn assert_none_failed(failed: &[String]) {
    assert!(failed.is_empty(), "the failed checks:\n{}", failed.join("\n"));
}
