//! The client against servers that misbehave, over a real connection.

#![cfg(feature = "client")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod following;
mod gate;
mod oddities;
mod proxy;
mod redirects;
mod retries;
mod server;
mod setup;
