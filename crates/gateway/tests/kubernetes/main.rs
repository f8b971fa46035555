//! Runs that are Jobs of a Kubernetes cluster, with a stand-in of its API server.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod api_server;
mod cancellations;
mod cluster;
mod configurations;
mod connections;
mod credential_programs;
mod logs;
mod objects;
mod outcomes;
mod refusals;
mod restarts;
mod routes;
mod scene;
#[cfg(target_os = "linux")]
mod service_account;
mod starts;
mod statuses;
mod tls;
