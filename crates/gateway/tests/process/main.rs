//! The real binary, with real processes: what it runs, and what is left when it is stopped or killed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed; helpers are no test functions")]
#![cfg(unix)]

mod commands;
mod connections;
mod gateway;
mod killed;
mod listen;
mod output;
mod secrets;
mod signals;
mod slow_clients;
mod start;
mod wire;
