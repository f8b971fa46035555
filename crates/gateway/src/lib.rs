//! A server of the TimeXtender Jobs API for one's own machines.
//!
//! [`api`] has a handler for each operation, [`runner`] runs the jobs that `gateway.toml` declares ([`config`]), and
//! [`server`] adds the console's files, the reference page and the health check. [`serve`] starts all of them.
//!
//! Other programs can build on this library. They add layers around [`api::operations`] and around the whole router, kinds
//! of jobs ([`config::DeclaredJob`], [`runner::Work`]), sources of jobs ([`runner::WorkResolver`]), clocks
//! ([`clock::Clock`]) and listeners ([`server::connections::ClientStream`]).

pub mod addresses;
pub mod api;
pub mod args;
pub mod clock;
pub mod command;
pub mod commands;
pub mod config;
pub mod database;
pub mod database_argument;
pub mod dns;
pub mod expiry;
mod file_changes;
mod http_client;
pub mod http_job;
pub mod http_server;
pub mod key;
#[cfg(feature = "kubernetes")]
pub mod kubernetes_job;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod node;
mod node_differences;
pub mod notifier;
pub mod notify;
pub mod output;
mod poll_loop;
pub mod process;
pub mod relay;
mod relay_server;
pub mod reload;
mod reload_requests;
mod request_id;
pub mod request_secrets;
pub mod request_template;
pub mod retention;
pub mod runner;
mod running_node;
pub mod schedule;
pub mod scheduler;
pub mod secrets;
pub mod serve;
pub mod server;
mod signals;
mod store_call;
mod suggestion;
mod supervision;
mod telemetry;
pub mod tls;
