//! Nodes that share a database, a configuration, and a folder.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use txjobs_sdk::{ApiKey, paths};
use txjobs_test_support::{
    CommandOutput, PgBouncer, PostgresServer, Program, StartedRun, TestServer, has_ended, shell_jobs,
};

/// The longest time until the runs of a node that is gone have ended.
pub const MAX_LOSS_TIME: Duration = Duration::from_secs(60);

/// A folder with a configuration and a key, for nodes of one database.
pub struct Cluster {
    pub folder: TempDir,
    pub url: String,
    key: ApiKey,
}

impl Cluster {
    /// Creates a database on the server that the tests share. Jobs are written as for [`shell_jobs`].
    pub fn new(jobs: &[(&str, &str, &str)]) -> Self {
        Self::with_url(PostgresServer::shared().create_database(), jobs)
    }

    /// Creates a database that is used through PgBouncer.
    pub fn with_pgbouncer(jobs: &[(&str, &str, &str)]) -> Self {
        let url = PostgresServer::shared().create_database();
        Self::with_url(PgBouncer::shared().url_of(&url), jobs)
    }

    pub fn with_url(url: String, jobs: &[(&str, &str, &str)]) -> Self {
        Self::with_config(url, &shell_jobs(jobs))
    }

    /// Uses a database with a configuration of the organization "Contoso".
    pub fn with_config(url: String, config: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let mut create = command(&folder, &url);
        create.args(["keys", "create", "--organization", "Contoso", "--name", "test"]);
        let key = CommandOutput::of(&mut create).expect_success();
        Self { folder, url, key: ApiKey::new(key).unwrap() }
    }

    /// Returns a command of the gateway on this database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.folder, &self.url);
        command.args(arguments);
        command
    }

    /// Runs a command of the gateway to its end.
    pub fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command(arguments))
    }

    /// Starts a node that serves requests.
    pub fn serve(&self, options: &[&str]) -> TestServer {
        self.serve_with_variables(options, &[])
    }

    /// Starts a node that serves requests, with environment variables.
    pub fn serve_with_variables(&self, options: &[&str], variables: &[(&str, &str)]) -> TestServer {
        let mut serve = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        serve.args(options).env("RUST_LOG", "info,txjobs_gateway=debug").stderr(self.log());
        serve.envs(variables.iter().copied());
        TestServer::start(Program::Gateway, serve, self.key.clone())
    }

    /// Opens the log of the nodes, which is printed if the test fails.
    fn log(&self) -> File {
        File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap()
    }

    /// Returns the content of a file that commands wrote; nothing if there is none.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    pub fn write(&self, name: &str) {
        std::fs::write(self.folder.path().join(name), "").unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the log of the nodes:\n{}", self.read("log"));
        }
    }
}

fn command(folder: &TempDir, url: &str) -> Command {
    let mut command = Command::new(Program::Gateway.path());
    command.current_dir(folder.path()).stdin(Stdio::null());
    command.env("TXJOBS_DATABASE", url).env("RUST_LOG", "warn");
    command
}

/// Waits until the run has ended, at most this long. Returns its execution and the time.
pub async fn wait_for_end(node: &TestServer, run: StartedRun, limit: Duration) -> (Value, Duration) {
    let start = Instant::now();
    let execution = wait_at_most(limit, "the end of the run", async || {
        let response = node.call(paths::get_job_logs_by_trigger(run.job, run.trigger, None)).await;
        if response.status != 200 {
            return None;
        }
        response.json().as_array()?.first().filter(|execution| has_ended(execution)).cloned()
    })
    .await;
    (execution, start.elapsed())
}

/// Waits until the condition returns a value, at most this long.
pub async fn wait_at_most<T>(
    limit: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(value) = condition().await {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("timed out after {limit:?} waiting for {what}");
}
