//! A Prometheus server with its own data.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::server_process::{ServerLog, ServerProcess, UnprivilegedFolder, start_on_free_port};

/// A running Prometheus. It listens on a free port of 127.0.0.1, and ends when it is dropped, and when the test program ends, even if
/// that is killed. If the test runs as root, Prometheus runs as the user `postgres` or `nobody`.
#[derive(Debug)]
pub struct Prometheus {
    /// Must be dropped before the folder.
    _process: ServerProcess,
    _folder: UnprivilegedFolder,
    address: String,
    http: reqwest::Client,
}

impl Prometheus {
    /// Starts Prometheus with a `prometheus.yml` and the files beside it: their names and texts.
    ///
    /// # Panics
    ///
    /// Panics if Prometheus is not installed, or does not start.
    #[must_use]
    pub fn start(config: &str, files: &[(&str, &str)]) -> Self {
        // Built with the SDK's features, reqwest needs a TLS provider, also for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = UnprivilegedFolder::new();
        folder.write("prometheus.yml", config);
        for (name, text) in files {
            folder.write(name, text);
        }
        let program = find_program("TXJOBS_PROMETHEUS", "prometheus");
        let (process, port) = start_on_free_port("Prometheus", |port| {
            let listen = format!("--web.listen-address=127.0.0.1:{port}");
            let arguments = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", listen.as_str()];
            let ready = "Server is ready to receive web requests";
            ServerProcess::start(&folder, &program, &arguments, ready, "KILL", &ServerLog::default())
        });
        let address = format!("http://127.0.0.1:{port}");
        Self { _process: process, _folder: folder, address, http: reqwest::Client::new() }
    }

    /// Returns the alerts that are pending or firing.
    ///
    /// # Panics
    ///
    /// Panics if Prometheus does not respond.
    pub async fn alerts(&self) -> Vec<Value> {
        let body = self.get("alerts", &[]).await;
        body["data"]["alerts"].as_array().expect("a list of alerts").clone()
    }

    /// Evaluates an expression now, and returns the series of the result.
    ///
    /// # Panics
    ///
    /// Panics if Prometheus does not respond, or refuses the expression.
    pub async fn query(&self, expression: &str) -> Vec<Value> {
        let body = self.get("query", &[("query", expression)]).await;
        assert_eq!(body["status"], "success", "{expression}: {body}");
        body["data"]["result"].as_array().expect("a list of series").clone()
    }

    async fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let mut url = reqwest::Url::parse(&format!("{}/api/v1/{path}", self.address)).unwrap();
        url.query_pairs_mut().extend_pairs(parameters);
        let text = self.http.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

/// Returns a command of promtool, which checks rules and metrics.
#[must_use]
pub fn promtool(arguments: &[&str]) -> Command {
    let mut command = Command::new(find_program("TXJOBS_PROMTOOL", "promtool"));
    command.args(arguments);
    command
}

/// Returns the program that a variable names, or else the one on the search path.
fn find_program(variable: &str, name: &str) -> PathBuf {
    if let Some(program) = std::env::var_os(variable) {
        return program.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let program = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    program.unwrap_or_else(|| {
        panic!("{name} was not found. Run the tests with `cargo xtask test`, which installs Prometheus.")
    })
}
