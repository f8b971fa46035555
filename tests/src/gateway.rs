//! A gateway on a port of its own, with its data in a folder of its own.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;
use txjobs_sdk::{ApiKey, Client};

use crate::{program, root};

/// A running gateway; it is killed, and its data removed, when dropped.
#[derive(Debug)]
pub struct Gateway {
    folder: TempDir,
    options: &'static [&'static str],
    server: Child,
    address: String,
    key: String,
}

impl Gateway {
    /// Starts a gateway with this `gateway.toml`, whose first organisation is named "Test".
    #[must_use]
    pub fn start(config: &str) -> Self {
        Self::with(config, &[])
    }

    /// The same, offering a key of its own to the console.
    #[must_use]
    pub fn demo(config: &str) -> Self {
        Self::with(config, &["--demo"])
    }

    fn with(config: &str, options: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let mut create = command(&folder, &["keys", "create"]);
        create.args(["--organisation", "Test", "--name", "test"]);
        let created = create.output().unwrap();
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        let key = String::from_utf8(created.stdout).unwrap().trim().to_owned();
        let (server, address) = serve(&folder, options);
        Self { folder, options, server, address, key }
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The API key of the organisation "Test".
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A client of the SDK.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::builder(&self.address, ApiKey::new(&self.key).unwrap()).build().unwrap()
    }

    /// Everything that the gateway wrote to its own log.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Ends it as a power cut would, and starts it again, on another port.
    pub fn kill_and_restart(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        (self.server, self.address) = serve(&self.folder, self.options);
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The console as trunk built it.
fn console() -> PathBuf {
    root().join("web/dist")
}

fn command(folder: &TempDir, name: &[&str]) -> Command {
    let mut command = Command::new(program("txjobs-gateway"));
    command.args(name).stdin(Stdio::null());
    command.arg("--config").arg(folder.path().join("gateway.toml"));
    command.arg("--database").arg(folder.path().join("test.db"));
    command
}

fn serve(folder: &TempDir, options: &[&str]) -> (Child, String) {
    let log = std::fs::File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
    let mut serve = command(folder, &["serve"]);
    serve
        .args(["--listen", "127.0.0.1:0", "--console"])
        .arg(console())
        .args(options)
        .stdout(Stdio::piped())
        .stderr(log);
    let mut server = serve.spawn().unwrap();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    if options.contains(&"--demo") {
        // It tells its key as well, and nobody may close the pipe before it has.
        output.read_line(&mut String::new()).unwrap();
    }
    let address = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}"));
    (server, address.trim().to_owned())
}
