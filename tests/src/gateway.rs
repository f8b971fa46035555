//! A gateway on a port of its own, with its data in a folder of its own.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;
use txjobs_sdk::{ApiKey, Client};

use crate::{admin::Admin, program, root};

/// A running gateway; it is killed, and its data removed, when dropped.
#[derive(Debug)]
pub struct Gateway {
    folder: TempDir,
    options: &'static [&'static str],
    server: Child,
    told: Told,
    key: String,
}

/// What a gateway says at its start.
#[derive(Debug, Default)]
struct Told {
    address: String,
    token: Option<String>,
}

impl Gateway {
    /// Starts a gateway with this `gateway.toml`, whose first organization is named "Test".
    #[must_use]
    pub fn start(config: &str) -> Self {
        Self::with(config, &[])
    }

    /// The same, offering a key of its own to the console.
    #[must_use]
    pub fn demo(config: &str) -> Self {
        Self::with(config, &["--demo"])
    }

    /// The same, with `/admin`: see [`Gateway::admin`].
    #[must_use]
    pub fn emulator(config: &str) -> Self {
        Self::with(config, &["--admin"])
    }

    fn with(config: &str, options: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let mut create = command(&folder, &["keys", "create"]);
        create.args(["--organization", "Test", "--name", "test"]);
        let created = create.output().unwrap();
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        let key = String::from_utf8(created.stdout).unwrap().trim().to_owned();
        let (server, told) = serve(&folder, options);
        Self { folder, options, server, told, key }
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> &str {
        &self.told.address
    }

    /// The gateway as an emulator.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin::new(self.address(), self.told.token.as_deref().expect("it was started by `emulator`"))
    }

    /// The API key of the organization "Test".
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A client of the SDK.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::builder(self.address(), ApiKey::new(&self.key).unwrap()).build().unwrap()
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
        (self.server, self.told) = serve(&self.folder, self.options);
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

fn serve(folder: &TempDir, options: &[&str]) -> (Child, Told) {
    let log = std::fs::File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
    let mut serve = command(folder, &["serve"]);
    serve
        .args(["--listen", "127.0.0.1:0", "--console"])
        .arg(console())
        .args(options)
        .stdout(Stdio::piped())
        .stderr(log);
    let mut server = serve.spawn().unwrap();
    // It tells its key and its token as well, and nobody may close the pipe before it has.
    let lines = BufReader::new(server.stdout.take().unwrap()).lines().take(1 + options.len());
    let mut told = Told::default();
    for line in lines.map(Result::unwrap) {
        match line.split_once(": ").unwrap_or_else(|| line.rsplit_once(' ').unwrap()) {
            ("listening on", address) => told.address = address.to_owned(),
            ("admin token", token) => told.token = Some(token.to_owned()),
            ("demo key", _) => {}
            _ => panic!("{line:?}"),
        }
    }
    (server, told)
}
