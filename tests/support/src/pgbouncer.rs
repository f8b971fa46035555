//! PgBouncer, which shares connections to PostgreSQL between clients.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::postgres::PostgresServer;
use crate::server_process::{ServerLog, ServerProcess, UnprivilegedFolder, start_on_free_port};

/// Debian installs it there, which is not on the search path of each user.
const DEBIAN_PROGRAM: &str = "/usr/sbin/pgbouncer";

/// A running PgBouncer in transaction mode, with at most 10 connections to each database and 200 clients. The user `postgres` needs
/// no password, and can use the admin console, which is the database `pgbouncer`.
///
/// It listens on a free port of 127.0.0.1 and on no Unix socket. It ends when it is dropped, and when the test program ends, even if
/// that is killed. All other settings have their defaults. If the test runs as root, PgBouncer runs as the user `postgres` or `nobody`.
#[derive(Debug)]
pub struct PgBouncer {
    /// Must be dropped before the folder.
    _process: ServerProcess,
    _folder: UnprivilegedFolder,
    port: u16,
    server_port: u16,
}

impl PgBouncer {
    /// Starts PgBouncer for all databases of a server.
    ///
    /// # Panics
    ///
    /// Panics if PgBouncer is not installed, or does not start.
    #[must_use]
    pub fn start(server: &PostgresServer) -> Self {
        let program = find_program();
        let folder = UnprivilegedFolder::new();
        folder.write("users.txt", "\"postgres\" \"\"\n");
        let (process, port) = start_on_free_port("PgBouncer", |port| {
            folder.write("pgbouncer.ini", &configuration(server.port(), port));
            let log = ServerLog::default();
            ServerProcess::start(&folder, &program, &["pgbouncer.ini"], "process up", "KILL", &log)
        });
        Self { _process: process, _folder: folder, port, server_port: server.port() }
    }

    /// Returns a PgBouncer for [`PostgresServer::shared`] that all tests of a program share.
    ///
    /// # Panics
    ///
    /// As [`Self::start`].
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PgBouncer> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(PostgresServer::shared()))
    }

    /// Returns the URL through PgBouncer of a database of its server.
    ///
    /// # Panics
    ///
    /// Panics if the URL is one of another server.
    #[must_use]
    pub fn url_of(&self, database_url: &str) -> String {
        let address = format!("@127.0.0.1:{}/", self.server_port);
        assert!(database_url.contains(&address), "{database_url} is a database of another server");
        database_url.replacen(&address, &format!("@127.0.0.1:{}/", self.port), 1)
    }
}

/// Idle connections to the server are soon closed. Each test has its own database, and all of them together would use up the
/// server's connections.
fn configuration(server_port: u16, port: u16) -> String {
    format!(
        "[databases]
        * = host=127.0.0.1 port={server_port}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = trust
        auth_file = users.txt
        admin_users = postgres
        pool_mode = transaction
        default_pool_size = 10
        max_client_conn = 200
        server_idle_timeout = 1
        "
    )
}

/// Returns PgBouncer: the program in `TXJOBS_PGBOUNCER`, or else Debian's, or else the one on the search path.
fn find_program() -> PathBuf {
    if let Some(program) = std::env::var_os("TXJOBS_PGBOUNCER") {
        return program.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("pgbouncer"));
    let program =
        std::iter::once(Path::new(DEBIAN_PROGRAM).to_owned()).chain(on_path).find(|file| file.is_file());
    program.expect(
        "PgBouncer was not found. Run the tests with `cargo xtask test`, which installs it, or install it yourself.",
    )
}
