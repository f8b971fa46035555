//! Tests of the servers [`PostgresServer`] and [`PgBouncer`].

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use txjobs_test_support::{MAX_WAIT, PgBouncer, PostgresServer, wait_until_blocking};

/// Precedes the folder of a server in the output of a test program.
const FOLDER: &str = "data folder: ";

fn query(server: &PostgresServer, url: &str, sql: &str) -> String {
    server.psql(url, sql).expect_success().trim_end().to_owned()
}

fn data_folder(server: &PostgresServer) -> String {
    query(server, &server.create_database(), "SHOW data_directory")
}

#[test]
fn create_database_twice_returns_separate_databases() {
    let server = PostgresServer::shared();
    let (first, second) = (server.create_database(), server.create_database());
    assert_ne!(first, second);
    query(server, &first, "CREATE TABLE names (name text)");
    assert_eq!(query(server, &first, "SELECT count(*) FROM pg_tables WHERE tablename = 'names'"), "1");
    assert_eq!(query(server, &second, "SELECT count(*) FROM pg_tables WHERE tablename = 'names'"), "0");
}

#[test]
fn shared_server_has_the_settings_of_the_tests() {
    let server = PostgresServer::shared();
    let url = server.create_database();
    let settings = "SELECT concat_ws(',', current_setting('server_encoding'), current_setting('lc_collate'),
        current_setting('max_connections'), current_setting('fsync'), current_setting('listen_addresses'),
        current_setting('unix_socket_directories'))";
    assert_eq!(query(server, &url, settings), "UTF8,C,200,on,127.0.0.1,");
}

#[test]
fn start_with_settings_changes_settings() {
    let server = PostgresServer::start_with_settings(&[("fsync", "off"), ("max_connections", "20")]);
    let url = server.create_database();
    let settings = "SELECT current_setting('fsync') || ',' || current_setting('max_connections')";
    assert_eq!(query(&server, &url, settings), "off,20");
}

#[test]
fn invalid_setting_makes_start_panic_with_the_log() {
    let start = || PostgresServer::start_with_settings(&[("no_setting", "1")]);
    let panic = std::panic::catch_unwind(start).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("unrecognized configuration parameter"), "{message}");
}

#[test]
fn stopped_server_refuses_connections_until_it_starts_again() {
    let mut server = PostgresServer::start();
    let url = server.create_database();
    query(&server, &url, "CREATE TABLE numbers AS SELECT 1 AS number");
    let address = ("127.0.0.1", server.port());
    server.stop();
    assert!(TcpStream::connect(address).is_err());
    server.stop();
    server.start_again();
    assert_eq!(query(&server, &url, "SELECT number FROM numbers"), "1");
    assert!(server.log().contains("automatic recovery in progress"), "a stop is like a crash");
    assert_ne!(server.create_database(), url);
}

#[test]
fn dropped_server_ends_and_leaves_no_files() {
    let server = PostgresServer::start();
    let (port, folder) = (server.port(), data_folder(&server));
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!Path::new(&folder).parent().unwrap().exists());
}

#[test]
#[cfg(target_os = "linux")]
fn paused_server_answers_after_resume() {
    // The request for TLS, which has the shortest answer.
    const REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let mut server = PostgresServer::start();
    let url = server.create_database();
    server.pause();
    let mut connection = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    connection.write_all(&REQUEST).unwrap();
    connection.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut answer = [0];
    assert_eq!(connection.read(&mut answer).unwrap_err().kind(), ErrorKind::WouldBlock);
    server.resume();
    connection.set_read_timeout(Some(MAX_WAIT)).unwrap();
    connection.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"N");
    assert_eq!(query(&server, &url, "SELECT 1"), "1");
    server.pause();
    drop(server);
}

#[test]
fn shared_server_ends_with_a_killed_test_program() {
    if let Some(mut child) = start_in_child("shared_server_ends_with_a_killed_test_program", || {
        loop {
            std::thread::park();
        }
    }) {
        let folder = child.folder();
        child.process.kill().unwrap();
        child.process.wait().unwrap();
        wait_until_removed(&folder);
    }
}

#[test]
fn shared_server_ends_with_a_failed_test_program() {
    let fail = || panic!("this test fails on purpose");
    if let Some(mut child) = start_in_child("shared_server_ends_with_a_failed_test_program", fail) {
        let folder = child.folder();
        assert_eq!(child.process.wait().unwrap().code(), Some(101));
        wait_until_removed(&folder);
    }
}

/// Starts this program with one test, in which this function starts the shared server and calls `end`.
fn start_in_child(test: &str, end: impl FnOnce()) -> Option<TestProgram> {
    const IS_CHILD: &str = "TXJOBS_TEST_IS_CHILD";
    if std::env::var_os(IS_CHILD).is_some() {
        println!("\n{FOLDER}{}", data_folder(PostgresServer::shared()));
        end();
        return None;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(IS_CHILD, "");
    Some(TestProgram { process: command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap() })
}

/// The test program, started by itself.
struct TestProgram {
    process: Child,
}

impl TestProgram {
    /// Returns the folder of its shared server.
    fn folder(&mut self) -> PathBuf {
        let mut lines = BufReader::new(self.process.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        let folder = lines.find_map(|line| Some(PathBuf::from(line.strip_prefix(FOLDER)?))).unwrap();
        assert!(folder.join("..").is_dir());
        folder
    }
}

/// Waits until the folder of a server is removed, which is the last step of its end.
fn wait_until_removed(data_folder: &Path) {
    let folder = data_folder.parent().unwrap();
    wait_until_blocking("the end of the server", || (!folder.exists()).then_some(()));
}

#[test]
fn pgbouncer_shares_a_connection_between_transactions() {
    let server = PostgresServer::start();
    let url = server.create_database();
    let pgbouncer = PgBouncer::start(&server);
    let pooled = pgbouncer.url_of(&url);
    assert_ne!(pooled, url);
    let first = query(&server, &pooled, "SELECT pg_backend_pid()");
    assert_eq!(query(&server, &pooled, "SELECT pg_backend_pid()"), first);
    assert_ne!(query(&server, &url, "SELECT pg_backend_pid()"), first);
}
