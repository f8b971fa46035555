//! Tests of the real binary with real processes.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]
#![cfg(unix)]

mod backup;
mod commands;
mod connections;
#[cfg(target_os = "linux")]
mod disk;
mod failed_attempts;
mod health;
mod key_logging;
mod keys;
mod killed;
mod listen;
mod logs;
mod metrics;
mod output;
#[cfg(target_os = "linux")]
mod processes;
mod reload;
mod retention;
mod schedules;
mod secrets;
mod signals;
mod slow_clients;
#[cfg(target_os = "linux")]
mod small_disk;
mod start;
#[cfg(target_os = "linux")]
mod stderr;
mod tls;
mod tls_client;
