//! Jobs that run in other engines: the configurations of the guides, against stand-ins for the engines.
//!
//! A stand-in behaves as the engine documents. It is not the engine, and no real service was tried.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod access_tokens;
mod busy_engines;
mod cancellations;
mod expired_tokens;
mod hints;
mod hostile_engines;
mod limits;
mod logs;
mod lost_responses;
mod other_server;
mod outcomes;
mod restarts;
mod support;
