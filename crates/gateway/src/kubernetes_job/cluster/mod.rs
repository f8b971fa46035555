//! The API server of a cluster.

mod client;
mod cluster_error;
mod config;
mod credential_program;

pub(in crate::kubernetes_job) use client::Cluster;
pub(in crate::kubernetes_job) use cluster_error::{ClusterError, excerpt};
