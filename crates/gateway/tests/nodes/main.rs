//! Tests of several real nodes on one PostgreSQL. Some take a minute, because they wait for leases to end.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]
#![cfg(unix)]

mod cluster;
mod contract;
mod database_away;
mod engine;
mod health;
mod http_runs;
mod labels;
mod load;
mod lost_nodes;
mod operations;
