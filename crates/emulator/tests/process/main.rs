//! Tests of the real binary with real processes.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]
#![cfg(target_os = "linux")]

mod admin;
#[allow(dead_code, reason = "the tests of the gateway use all of it")]
#[path = "../../../gateway/tests/process/connection.rs"]
mod connection;
#[path = "../../../gateway/tests/process/detached.rs"]
mod detached;
#[allow(dead_code, reason = "the tests of the gateway use all of it")]
#[path = "../../../gateway/tests/process/gateway_process.rs"]
mod gateway_process;
#[path = "../../../gateway/tests/process/key_logging.rs"]
mod key_logging;
mod seed;
#[path = "../../../gateway/tests/process/spy.rs"]
mod spy;
mod time;
mod token;

const PROGRAM: &str = env!("CARGO_BIN_EXE_txjobs-emulator");
