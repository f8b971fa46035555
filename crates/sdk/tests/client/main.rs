//! Tests of the client with a real connection and a misbehaving server.

#![cfg(feature = "client")]
#![expect(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod follow_stream;
mod invalid_bodies;
mod proxy;
mod rate_limit;
mod redirects;
mod requests;
mod retries;
