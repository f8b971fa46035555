#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "client"), doc = "Types and paths of the TimeXtender Jobs API.")]
#![deny(missing_docs)]

pub mod decode;
mod enumeration;
mod error;
mod extensions;
pub mod follow;
mod html;
mod id;
mod key;
pub mod operation;
pub mod paths;
mod rate_limit;
mod retry_after;
mod schedule;
mod started_jobs;
mod states;
mod timestamp;
pub mod types;

#[cfg(feature = "client")]
mod base_url;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
mod client_builder;
#[cfg(feature = "client")]
mod client_error;
#[cfg(feature = "client")]
mod follow_stream;
#[cfg(feature = "client")]
mod local_host;
#[cfg(feature = "client")]
mod proxy;
#[cfg(feature = "client")]
mod raw;
#[cfg(feature = "client")]
mod server_address;
#[cfg(feature = "client")]
mod transport;
#[cfg(feature = "client")]
mod transport_error;

pub use error::{Error, ErrorKind};
pub use extensions::Extensions;
pub use key::{ApiKey, InvalidKey};
pub use rate_limit::RateLimitPause;
pub use retry_after::RetryAfter;
pub use started_jobs::StartedJobs;
pub use states::{ExecutionState, JobStatusCode, Severity, Starter};
pub use timestamp::{InvalidTimestamp, Timestamp};

#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "client")]
pub use client_builder::{ClientBuilder, SetupError};
#[cfg(feature = "client")]
pub use follow_stream::RunEvent;
#[cfg(feature = "client")]
pub use raw::RawResponse;
#[cfg(feature = "client")]
pub use server_address::ServerAddress;
#[cfg(feature = "client")]
pub use transport::Transport;
