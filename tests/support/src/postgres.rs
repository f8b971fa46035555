//! A PostgreSQL server with its own data.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::command_output::CommandOutput;
use crate::processes::send_signal;
use crate::server_process::{ServerLog, ServerProcess, UnprivilegedFolder, start_on_free_port};

/// The oldest version that the tests support.
const MIN_VERSION: u32 = 15;

/// The folder of PostgreSQL's versions on Debian. The search path does not contain the server.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// The programs that the tests use. They are in the same folder.
const PROGRAMS: [&str; 3] = ["initdb", "postgres", "psql"];

/// A running PostgreSQL server with its own data in a temporary folder. The user `postgres` needs no password.
///
/// It listens on a free port of 127.0.0.1 and on no Unix socket. It ends when it is dropped, and when the test program ends, even if
/// that is killed. If the test runs as root, the server runs as the user `postgres` or `nobody`.
#[derive(Debug)]
pub struct PostgresServer {
    /// `None` while the server is stopped. Must be dropped before the folder.
    process: Option<ServerProcess>,
    folder: UnprivilegedFolder,
    programs: PathBuf,
    port: u16,
    settings: Vec<(String, String)>,
    log: ServerLog,
    database_count: AtomicU64,
    paused_pids: Vec<u32>,
}

impl PostgresServer {
    /// Starts a server that accepts 200 connections.
    ///
    /// # Panics
    ///
    /// Panics if PostgreSQL 15 or later is not installed, or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with_settings(&[])
    }

    /// Starts a server with settings of `postgresql.conf`, like `("fsync", "off")`.
    ///
    /// # Panics
    ///
    /// Panics like [`PostgresServer::start`].
    #[must_use]
    pub fn start_with_settings(settings: &[(&str, &str)]) -> Self {
        let programs = find_programs();
        let folder = UnprivilegedFolder::new();
        let mut initdb = folder.command(programs.join("initdb"));
        initdb.args(["--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8"]);
        CommandOutput::of(initdb.args(["--locale=C", "--no-sync"])).expect_success();
        let defaults = [("max_connections", "200")];
        let settings = defaults.iter().chain(settings);
        let settings: Vec<_> = settings.map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let log = ServerLog::default();
        let (process, port) =
            start_on_free_port("PostgreSQL", |port| start_process(&folder, &programs, port, &settings, &log));
        Self {
            process: Some(process),
            folder,
            programs,
            port,
            settings,
            log,
            database_count: AtomicU64::new(0),
            paused_pids: Vec::new(),
        }
    }

    /// Returns the server that all tests of this program share. The first call starts it.
    ///
    /// # Panics
    ///
    /// Panics like [`PostgresServer::start`].
    #[must_use]
    pub fn shared() -> &'static Self {
        // Never dropped: the server ends because the test program does.
        static SHARED: OnceLock<PostgresServer> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Creates an empty database and returns its URL, like `postgres://postgres@127.0.0.1:5432/test_1`.
    #[must_use]
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.database_count.fetch_add(1, Ordering::Relaxed) + 1);
        self.psql(&self.url("postgres"), &format!("CREATE DATABASE {name}")).expect_success();
        self.url(&name)
    }

    /// Runs SQL with `psql`. Standard output contains a line for each row, with `|` between columns.
    #[must_use]
    pub fn psql(&self, url: &str, sql: &str) -> CommandOutput {
        let mut psql = self.folder.command(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        CommandOutput::of(psql.args(["--command", sql, url]))
    }

    /// Returns a command of a program of PostgreSQL, like `pg_dump`. It runs in the folder of the server.
    #[must_use]
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.folder.command(self.programs.join(program));
        command.args(arguments);
        command
    }

    /// Returns the port on 127.0.0.1. It stays the same when the server starts again.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the lines that the server has logged since it started first.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Stops the server at once, as a crash does, and closes all connections. Does nothing if it is stopped.
    pub fn stop(&mut self) {
        self.resume();
        self.process = None;
    }

    /// Starts the stopped server with the same data on the same port.
    ///
    /// # Panics
    ///
    /// Panics if the server runs, or does not start.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "the server runs");
        let process = start_process(&self.folder, &self.programs, self.port, &self.settings, &self.log);
        self.process = Some(process.unwrap_or_else(|log| panic!("PostgreSQL did not start again:\n{log}")));
    }

    /// Pauses all processes of the server. Its connections stay open, but it neither answers nor accepts more.
    #[cfg(target_os = "linux")]
    pub fn pause(&mut self) {
        let main = self.process.as_ref().expect("the server runs").pid();
        // First the process that starts the others.
        send_signal("STOP", main);
        self.paused_pids.push(main);
        let children = std::fs::read_to_string(format!("/proc/{main}/task/{main}/children")).unwrap();
        for child in children.split_whitespace() {
            send_signal("STOP", child);
            self.paused_pids.push(child.parse().unwrap());
        }
    }

    /// Continues all paused processes of the server.
    pub fn resume(&mut self) {
        // Last the process that waits for the others.
        while let Some(pid) = self.paused_pids.pop() {
            send_signal("CONT", pid);
        }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("the log of PostgreSQL:\n{}", self.log());
        }
    }
}

fn start_process(
    folder: &UnprivilegedFolder,
    programs: &Path,
    port: u16,
    settings: &[(String, String)],
    log: &ServerLog,
) -> Result<ServerProcess, String> {
    let port = port.to_string();
    let addresses = [("listen_addresses", "127.0.0.1"), ("port", &port), ("unix_socket_directories", "")];
    let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let settings = addresses.into_iter().chain(settings).map(|(name, value)| format!("--{name}={value}"));
    let settings: Vec<_> = settings.collect();
    let arguments: Vec<_> = ["-D", "data"].into_iter().chain(settings.iter().map(String::as_str)).collect();
    let ready = "database system is ready to accept connections";
    // QUIT requests an immediate shutdown.
    ServerProcess::start(folder, &programs.join("postgres"), &arguments, ready, "QUIT", log)
}

/// Returns the folder of PostgreSQL's programs: the one in `TXJOBS_POSTGRES_BIN`, or else the newest on Debian, or else the first
/// on the search path.
fn find_programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("TXJOBS_POSTGRES_BIN") {
        return folder.into();
    }
    let folder = find_debian_programs().or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| has_programs(folder))
    });
    folder.expect(
        "PostgreSQL 15 or later was not found. Run the tests with `cargo xtask test`, which installs it, or install it yourself.",
    )
}

fn find_debian_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN_VERSIONS).ok()?;
    let versions = versions.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let folders = versions.filter(|version| *version >= MIN_VERSION).filter_map(|version| {
        let folder = Path::new(DEBIAN_VERSIONS).join(version.to_string()).join("bin");
        has_programs(&folder).then_some((version, folder))
    });
    folders.max().map(|(_, folder)| folder)
}

fn has_programs(folder: &Path) -> bool {
    PROGRAMS.iter().all(|program| folder.join(program).is_file())
}
