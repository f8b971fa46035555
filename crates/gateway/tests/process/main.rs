//! Tests of the real binary with real processes.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]
#![cfg(unix)]

mod commands;
mod connection;
mod connections;
#[cfg(target_os = "linux")]
mod detached;
#[cfg(target_os = "linux")]
mod disk;
mod gateway_process;
mod key_logging;
mod keys;
mod killed;
mod listen;
mod output;
#[cfg(target_os = "linux")]
mod processes;
mod secrets;
mod signals;
mod slow_clients;
#[cfg(target_os = "linux")]
mod small_disk;
#[cfg(target_os = "linux")]
mod spy;
mod start;
#[cfg(target_os = "linux")]
mod stderr;

const PROGRAM: &str = env!("CARGO_BIN_EXE_txjobs-gateway");
