//! The API server of a cluster.

mod api_error;
mod client;

pub(in crate::kubernetes_job) use api_error::{ApiError, excerpt};
pub(in crate::kubernetes_job) use client::Cluster;
