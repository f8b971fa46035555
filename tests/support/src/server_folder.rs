//! The files of a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use tempfile::TempDir;
use txjobs_sdk::ApiKey;

use crate::command_output::CommandOutput;
use crate::program::Program;
use crate::server_log;
use crate::test_server::TestServer;

/// A temporary folder with a configuration, a database, and a key of the first organization. It is the working directory of its
/// servers. Clones refer to the same folder, which is removed with the last one.
#[derive(Clone, Debug)]
pub struct ServerFolder {
    folder: Arc<TempDir>,
    program: Program,
    key: ApiKey,
}

impl ServerFolder {
    /// Creates a folder for a gateway.
    #[must_use]
    pub fn gateway(config: &str) -> Self {
        Self::new(Program::Gateway, config)
    }

    /// Creates a folder for an emulator.
    #[must_use]
    pub fn emulator(config: &str) -> Self {
        Self::new(Program::Emulator, config)
    }

    fn new(program: Program, config: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let config: toml::Table = config.parse().unwrap();
        let organization = match config.get("relay") {
            Some(relay) => relay.get("name").map_or("Relay", |name| name.as_str().unwrap()),
            None => config["organization"][0]["name"].as_str().unwrap(),
        };
        let mut create = command(program, folder.path());
        create.args(["keys", "create", "--organization", organization, "--name", "test"]);
        let key = CommandOutput::of(&mut create).expect_success();
        Self { folder: Arc::new(folder), program, key: ApiKey::new(key).unwrap() }
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of a file in the folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Returns the API key of the first organization, whose name is "test".
    #[must_use]
    pub fn key(&self) -> &ApiKey {
        &self.key
    }

    /// Returns everything that servers wrote to their log.
    #[must_use]
    pub fn log(&self) -> String {
        server_log::read(self.path())
    }

    /// Opens the file "log", for the standard error of a server.
    #[must_use]
    pub fn open_log(&self) -> std::fs::File {
        server_log::open(self.path())
    }

    /// Returns a command that starts a server like [`Self::serve_command`], as a service: without a terminal.
    #[must_use]
    pub fn service_command(&self, options: &[&str]) -> Command {
        let serve = self.serve_command(options);
        let mut service = Command::new("setsid");
        service.arg(serve.get_program()).args(serve.get_args()).current_dir(self.path());
        service.env("RUST_LOG", "info").stdin(Stdio::null()).stderr(self.open_log());
        service
    }

    /// Returns a command of the server's program.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.program, self.path());
        command.args(arguments);
        command
    }

    /// Runs a command of the server's program to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command(arguments))
    }

    /// Returns a command that starts a server on a free port, with its log in the file "log".
    #[must_use]
    pub fn serve_command(&self, options: &[&str]) -> Command {
        let mut serve = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        serve.args(options).env("RUST_LOG", "info").stderr(server_log::open(self.path()));
        serve
    }

    /// Returns a shell command that runs `script` and then a server on a free port, with its log in the file "log".
    #[must_use]
    pub fn serve_command_after(&self, script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{script}; exec \"$0\" serve --listen 127.0.0.1:0")]);
        shell.arg(self.program.path()).current_dir(self.path()).env("RUST_LOG", "info");
        shell.stdin(Stdio::null()).stderr(server_log::open(self.path()));
        shell
    }

    /// Starts a server on a free port.
    #[must_use]
    pub fn serve(&self, options: &[&str]) -> TestServer {
        self.start(self.serve_command(options))
    }

    /// Starts a server with a command.
    #[must_use]
    pub fn start(&self, serve: Command) -> TestServer {
        TestServer::start_in(Some(Arc::clone(&self.folder)), self.program, serve, self.key.clone())
    }
}

impl TestServer {
    /// Starts a gateway in a new folder.
    #[must_use]
    pub fn gateway(config: &str) -> Self {
        ServerFolder::gateway(config).serve(&[])
    }

    /// Starts an emulator in a new folder.
    #[must_use]
    pub fn emulator(config: &str) -> Self {
        ServerFolder::emulator(config).serve(&[])
    }
}

fn command(program: Program, folder: &Path) -> Command {
    let mut command = Command::new(program.path());
    command.current_dir(folder).stdin(Stdio::null()).env("RUST_LOG", "warn");
    command
}
