//! The real binary, with real processes: what it runs, and what is left when it is stopped or killed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed; helpers are no test functions")]
#![cfg(unix)]

mod commands;
mod connections;
#[cfg(target_os = "linux")]
mod disk;
mod gateway;
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
mod start;
#[cfg(target_os = "linux")]
mod stderr;
#[cfg(target_os = "linux")]
mod time;
mod wire;
