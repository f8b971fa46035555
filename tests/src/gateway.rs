//! A gateway or an emulator on a free port, with its data in a temporary folder.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;
use txjobs_sdk::{ApiKey, Client};

use crate::{admin::Admin, program, root};

/// A running gateway or emulator. It is killed and its data is removed when it is dropped.
#[derive(Debug)]
pub struct Gateway {
    folder: TempDir,
    program: &'static str,
    options: &'static [&'static str],
    server: Child,
    announcement: Announcement,
    key: String,
}

/// What a server prints at its start.
#[derive(Debug, Default)]
struct Announcement {
    address: String,
    token: Option<String>,
}

impl Gateway {
    /// Starts a server with this configuration, whose first organization is named "Test". Script jobs need the emulator; other
    /// configurations start the gateway.
    #[must_use]
    pub fn start(config: &str) -> Self {
        Self::with_options(config, program_for(config), &[])
    }

    /// Starts a server like [`Gateway::start`] with a demo key.
    #[must_use]
    pub fn demo(config: &str) -> Self {
        Self::with_options(config, program_for(config), &["--demo"])
    }

    /// Starts an emulator, whose admin API is [`Gateway::admin`].
    #[must_use]
    pub fn emulator(config: &str) -> Self {
        Self::with_options(config, EMULATOR, &[])
    }

    fn with_options(config: &str, program: &'static str, options: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let mut create = command(program, &folder, &["keys", "create"]);
        create.args(["--organization", "Test", "--name", "test"]);
        let created = create.output().unwrap();
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        let key = String::from_utf8(created.stdout).unwrap().trim().to_owned();
        let (server, announcement) = serve(program, &folder, options);
        Self { folder, program, options, server, announcement, key }
    }

    /// Returns the address, like `http://127.0.0.1:8400`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.announcement.address
    }

    /// Returns the admin API of an emulator.
    #[must_use]
    pub fn admin(&self) -> Admin {
        let token = self.announcement.token.as_deref();
        Admin::new(self.address(), token.expect("only an emulator has an admin API"))
    }

    /// Returns the API key of the organization "Test".
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Creates a client of the SDK.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::builder(self.address(), ApiKey::new(&self.key).unwrap()).build().unwrap()
    }

    /// Returns everything that the server wrote to its own log.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Kills the server, and starts it again on another port.
    pub fn kill_and_restart(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        (self.server, self.announcement) = serve(self.program, &self.folder, self.options);
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

const GATEWAY: &str = "txjobs-gateway";
const EMULATOR: &str = "txjobs-emulator";

fn program_for(config: &str) -> &'static str {
    if config.contains("script") { EMULATOR } else { GATEWAY }
}

/// Returns the folder of the console that trunk built.
fn console() -> PathBuf {
    root().join("web/dist")
}

fn command(name: &str, folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(program(name));
    command.args(arguments).stdin(Stdio::null());
    command.arg("--config").arg(folder.path().join("gateway.toml"));
    command.arg("--database").arg(folder.path().join("test.db"));
    command
}

fn serve(program: &str, folder: &TempDir, options: &[&str]) -> (Child, Announcement) {
    let log = std::fs::File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
    let mut serve = command(program, folder, &["serve"]);
    serve
        .args(["--listen", "127.0.0.1:0", "--console"])
        .arg(console())
        .args(options)
        .stdout(Stdio::piped())
        .stderr(log);
    let mut server = serve.spawn().unwrap();
    // The pipe must not be closed before the server has printed all lines: the address, the demo key, and the admin token.
    let count = 1 + options.len() + usize::from(program == EMULATOR);
    let lines = BufReader::new(server.stdout.take().unwrap()).lines().take(count);
    let mut announcement = Announcement::default();
    for line in lines.map(Result::unwrap) {
        match line.split_once(": ").unwrap_or_else(|| line.rsplit_once(' ').unwrap()) {
            ("listening on", address) => announcement.address = address.to_owned(),
            ("admin token", token) => announcement.token = Some(token.to_owned()),
            ("demo key", _) => {}
            _ => panic!("{line:?}"),
        }
    }
    (server, announcement)
}
