//! A running gateway or emulator.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;

use tempfile::TempDir;
use txjobs_sdk::ApiKey;

use crate::admin_api::AdminApi;
use crate::processes::send_signal;
use crate::program::Program;
use crate::server_log;
use crate::wait::wait_until;

/// A running gateway or emulator. It is killed when it is dropped.
#[derive(Debug)]
pub struct TestServer {
    program: Program,
    command: Command,
    process: Child,
    announcement: Announcement,
    key: ApiKey,
    http: reqwest::Client,
    /// The folder, which must exist while the server runs.
    folder: Option<Arc<TempDir>>,
}

/// The lines that a server prints at its start.
#[derive(Debug)]
struct Announcement {
    address: String,
    admin_token: Option<String>,
    /// Stays open, so that the server can print more lines.
    output: BufReader<ChildStdout>,
}

impl TestServer {
    /// Starts a server with a command.
    #[must_use]
    pub fn start(program: Program, command: Command, key: ApiKey) -> Self {
        Self::start_in(None, program, command, key)
    }

    /// Starts a server with a command, and keeps its folder while it runs.
    pub(crate) fn start_in(
        folder: Option<Arc<TempDir>>,
        program: Program,
        mut command: Command,
        key: ApiKey,
    ) -> Self {
        // Built with the SDK's features, reqwest needs a TLS provider, also for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (process, announcement) = spawn(program, &mut command);
        Self { program, command, process, announcement, key, http: reqwest::Client::new(), folder }
    }

    /// Returns the address, like `http://127.0.0.1:8400`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.announcement.address
    }

    /// Returns the address for connections.
    #[must_use]
    pub fn socket_address(&self) -> SocketAddr {
        self.address().split_once("://").unwrap().1.parse().unwrap()
    }

    /// Returns the API key of the first organization.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.expose()
    }

    /// Returns the client for requests without the SDK.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Returns the admin API of an emulator.
    #[must_use]
    pub fn admin(&self) -> AdminApi {
        let token = self.announcement.admin_token.as_deref();
        AdminApi::new(self.address(), token.expect("only an emulator has an admin API"))
    }

    /// Reads the line with the address of the metrics, like `http://127.0.0.1:9400/metrics`. Call it once.
    #[must_use]
    pub fn read_metrics_address(&mut self) -> String {
        read_value(&mut self.announcement.output, "metrics on ")
    }

    /// Returns everything that servers in this folder wrote to their log.
    #[must_use]
    pub fn log(&self) -> String {
        server_log::read(self.folder.as_ref().expect("a server of a ServerFolder").path())
    }

    /// Returns the id of the process.
    #[must_use]
    pub fn pid(&self) -> String {
        self.process.id().to_string()
    }

    /// Sends a signal, like `TERM`.
    pub fn signal(&self, name: &str) {
        send_signal(name, self.process.id());
    }

    /// Waits until the process exits, and blocks the thread.
    #[must_use]
    pub fn wait(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Waits until the process exits.
    pub async fn wait_for_exit(&mut self) -> ExitStatus {
        wait_until("the exit of the server", async || self.process.try_wait().unwrap()).await
    }

    /// Kills the process and waits for its end.
    pub fn kill(mut self) {
        self.end();
    }

    /// Kills the server, and starts it again on another port.
    pub fn kill_and_restart(&mut self) {
        self.end();
        (self.process, self.announcement) = spawn(self.program, &mut self.command);
    }

    fn end(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(folder) = self.folder.as_ref().filter(|_| std::thread::panicking()) {
            eprintln!("the log of the server:\n{}", server_log::read(folder.path()));
        }
    }
}

fn spawn(program: Program, command: &mut Command) -> (Child, Announcement) {
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let address = read_value(&mut output, "listening on ");
    let admin_token = (program == Program::Emulator).then(|| read_value(&mut output, "admin token: "));
    (process, Announcement { address, admin_token, output })
}

/// Reads lines until one starts with `name`, and returns the rest of the line.
fn read_value(output: &mut BufReader<ChildStdout>, name: &str) -> String {
    let mut line = String::new();
    while !line.starts_with(name) {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "the server did not print \"{name}…\"");
    }
    line[name.len()..].trim_end().to_owned()
}
