//! The client against servers that misbehave, over a real connection.

#![cfg(feature = "client")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod follow_stream;
mod oddities;
mod proxy;
mod rate_limit;
mod redirects;
mod retries;
mod server;
mod setup;
