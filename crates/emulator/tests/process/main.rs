//! Tests of the real binary with real processes.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]
#![cfg(target_os = "linux")]

mod key_logging;
mod schedules;
mod seed;
mod time;
mod token;
