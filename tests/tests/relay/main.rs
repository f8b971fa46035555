//! The gateway as a relay: what it passes on, what it refuses, and what it keeps. The emulator is the service.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod access;
mod addresses;
mod archive;
mod headers;
mod key;
mod limits;
mod operations;
mod relay;
mod sent_once;
mod watch;
