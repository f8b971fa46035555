//! Servers, clients and pages that the tests of all crates share.
//!
//! - [`TestServer`] is a real gateway or emulator, with its files in a [`ServerFolder`].
//! - `TestApp` is the gateway's router in process (feature `app`).
//! - [`FakeServer`] returns the responses that a test chooses, [`RawServer`] the bytes.
//! - `PostgresServer`, `PgBouncer`, and `Prometheus` are those of the system, with their own data (on Unix).
//! - [`cli`] runs the command line, `browser` and `console` use the console in a browser (feature `browser`).

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot continue panics")]

mod admin_api;
#[cfg(feature = "browser")]
pub mod browser;
pub mod cli;
#[cfg(feature = "client")]
mod client;
mod command_output;
pub mod connection;
#[cfg(feature = "browser")]
pub mod console;
#[cfg(target_os = "linux")]
pub mod detached_processes;
mod fake_server;
mod job_configs;
pub mod key_logging;
mod log_lines;
pub mod odd_responses;
#[cfg(unix)]
mod pgbouncer;
mod ports;
#[cfg(unix)]
mod postgres;
mod processes;
mod program;
#[cfg(unix)]
mod prometheus;
pub mod raw_http;
mod raw_server;
pub mod reference_page;
mod requests;
mod server_folder;
mod server_log;
#[cfg(unix)]
mod server_process;
mod server_thread;
#[cfg(target_os = "linux")]
pub mod spy_job;
#[cfg(feature = "browser")]
pub mod static_host;
#[cfg(feature = "browser")]
pub mod tab_order;
#[cfg(feature = "app")]
pub mod test_app;
#[cfg(feature = "app")]
mod test_job;
mod test_response;
mod test_server;
mod wait;

pub use admin_api::{AdminApi, JournalEntry, SeededOrganization};
pub use command_output::CommandOutput;
pub use fake_server::{FakeRequest, FakeResponse, FakeServer, allow_origin, json_response};
pub use job_configs::shell_jobs;
pub use log_lines::{has_ended, lines};
#[cfg(unix)]
pub use pgbouncer::PgBouncer;
pub use ports::{closed_address, free_port};
#[cfg(unix)]
pub use postgres::PostgresServer;
pub use processes::{is_process_alive, send_signal};
pub use program::{Program, program, root};
#[cfg(unix)]
pub use prometheus::{Prometheus, promtool};
pub use raw_server::RawServer;
pub use requests::{StartedRun, receive};
pub use server_folder::ServerFolder;
pub use test_response::TestResponse;
pub use test_server::TestServer;
pub use wait::{MAX_WAIT, wait_until, wait_until_blocking};
