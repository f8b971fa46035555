//! A running `txjobs-gateway` on a free port, and a way to ask it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use txjobs_sdk::operation::Request;
use txjobs_sdk::types::{JobId, TriggerId};
use txjobs_sdk::{ApiKey, paths};

const BOUND: Duration = Duration::from_secs(30);

/// A folder with a configuration, a database and a key of the first organization.
pub struct Home {
    pub folder: TempDir,
    pub key: ApiKey,
}

pub struct Gateway {
    process: Child,
    pub url: String,
    key: ApiKey,
    pub http: reqwest::Client,
}

impl Home {
    pub fn new(config: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let made = txjobs(folder.path(), &["keys", "create", "--organization", "Contoso", "--name", "test"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let key = ApiKey::new(String::from_utf8(made.stdout).unwrap()).unwrap();
        Self { folder, key }
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        txjobs(self.folder.path(), arguments)
    }

    pub fn serve(&self, more: &[&str]) -> Gateway {
        self.serve_with(more, |_| {})
    }

    pub fn serve_with(&self, more: &[&str], set_up: impl FnOnce(&mut Command)) -> Gateway {
        let mut serve = command(self.folder.path());
        serve.args(["serve", "--listen", "127.0.0.1:0"]).args(more).env("TXJOBS_API_KEY", "not for children");
        set_up(&mut serve);
        self.start(serve)
    }

    /// Starts a gateway whose log goes to a file.
    pub fn start_logging(&self, mut serve: Command, log: std::fs::File) -> Gateway {
        serve.stderr(log);
        self.start(serve)
    }

    /// Starts a gateway by a command.
    pub fn start(&self, serve: Command) -> Gateway {
        Gateway::start(serve, self.key.clone())
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(crate::PROGRAM);
    command.current_dir(folder).env("RUST_LOG", "warn");
    command
}

pub fn txjobs(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().unwrap()
}

/// Waits for something that is bound to happen soon.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < BOUND {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never came: {what}");
}

/// Whether a process of this id lives. A zombie does not.
pub fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .and_then(|rest| rest.trim_start().chars().next())
        .is_some_and(|state| state != 'Z')
}

impl Gateway {
    /// Starts a command that serves on a free port.
    pub fn start(mut serve: Command, key: ApiKey) -> Self {
        // Built with the whole workspace, reqwest has the SDK's TLS and wants its provider even for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut process = serve.stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let url = first.trim_end().strip_prefix("listening on ").expect("the first line tells the address");
        Self { process, url: url.to_owned(), key, http: reqwest::Client::new() }
    }

    /// Returns the status and the message of `/health`.
    pub async fn health(&self) -> (u16, String) {
        let answer = self.http.get(format!("{}/health", self.url)).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        (status, body["status"].as_str().unwrap().to_owned())
    }

    /// Waits until the process has exited by itself.
    pub async fn until_exit(&mut self) -> ExitStatus {
        until("the gateway's exit", async || self.process.try_wait().unwrap()).await
    }

    pub fn pid(&self) -> String {
        self.process.id().to_string()
    }

    pub async fn ask(&self, request: Request) -> Value {
        self.ask_as(self.key.expose(), request).await
    }

    pub async fn ask_as(&self, key: &str, request: Request) -> Value {
        self.answer(key, request).await.1
    }

    /// Returns the status and the body of an answer.
    pub async fn answer(&self, key: &str, request: Request) -> (u16, Value) {
        let method = request.method().as_str().parse().unwrap();
        let sent = self
            .http
            .request(method, format!("{}{}", self.url, request.path_and_query()))
            .header(paths::API_KEY_HEADER, key);
        let answer = sent.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
    }

    pub async fn job(&self, name: &str) -> JobId {
        let jobs = self.ask(paths::list_jobs()).await;
        let job =
            jobs.as_array().unwrap().iter().find(|job| job["Name"] == name).expect("a job of this name");
        job["Id"].as_str().unwrap().parse().unwrap()
    }

    pub async fn execute(&self, name: &str) -> (JobId, TriggerId) {
        let job = self.job(name).await;
        let body = self.ask(paths::execute_job(job)).await;
        (job, body["TriggerId"].as_str().unwrap_or_else(|| panic!("{body}")).parse().unwrap())
    }

    pub async fn until(&self, (job, trigger): (JobId, TriggerId), wanted: impl Fn(&Value) -> bool) -> Value {
        until("the run's state or lines", async || {
            let body = self.ask(paths::get_job_logs_by_trigger(job, trigger, None)).await;
            body.as_array()?.first().filter(|run| wanted(run)).cloned()
        })
        .await
    }

    pub async fn outcome(&self, run: (JobId, TriggerId)) -> Value {
        self.until(run, |run| run["State"].as_i64().unwrap() >= 2).await
    }

    pub async fn run(&self, name: &str) -> Value {
        let run = self.execute(name).await;
        self.outcome(run).await
    }

    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.pid()]).status().unwrap().success());
    }

    pub fn wait(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The messages of a run's lines, with their severities.
pub fn lines(run: &Value) -> Vec<(i64, &str)> {
    let lines = run["JobExecutionLogs"].as_array().unwrap();
    lines.iter().map(|l| (l["Severity"].as_i64().unwrap(), l["Message"].as_str().unwrap())).collect()
}

/// A configuration of one organization with these jobs, each a shell script.
pub fn shell_jobs(jobs: &[(&str, &str, &str)]) -> String {
    let mut text = "[[organization]]\nname = \"Contoso\"\n".to_owned();
    for (name, script, more) in jobs {
        text.push_str(&format!(
            "[[organization.job]]\nname = \"{name}\"\ncommand = [\"sh\", \"-c\", '''{script}''']\n{more}\n"
        ));
    }
    text
}
