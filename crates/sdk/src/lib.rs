#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "client"), doc = "Types and paths of the TimeXtender Jobs API.")]
#![deny(missing_docs)]

pub mod decode;
mod enumeration;
mod error;
mod extensions;
pub mod follow;
#[cfg(feature = "client")]
mod host;
mod html;
mod id;
mod key;
pub mod operation;
mod rate_limit;
mod started;
mod states;
mod timestamp;

/// Every schema of the contract, as progenitor generates it, made tolerant.
pub mod types {
    #![allow(
        missing_docs,
        clippy::all,
        clippy::allow_attributes_without_reason,
        reason = "progenitor writes its own"
    )]
    pub use crate::{ExecutionState, JobStatusCode, Severity, Timestamp};

    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}

/// Every operation's method and path, generated from the contract.
pub mod paths {
    include!(concat!(env!("OUT_DIR"), "/paths.rs"));
}

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
mod follow_stream;
#[cfg(feature = "client")]
mod setup;
#[cfg(feature = "client")]
mod transport;

pub use error::{Error, ErrorKind, RetryAfter};
pub use extensions::Extensions;
pub use key::{ApiKey, InvalidKey};
pub use rate_limit::RateLimitPause;
pub use started::StartedJobs;
pub use states::{ExecutionState, JobStatusCode, Severity};
pub use timestamp::{InvalidTimestamp, Timestamp};
#[cfg(feature = "client")]
pub use transport::Transport;

#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "client")]
pub use follow_stream::RunEvent;
#[cfg(feature = "client")]
pub use setup::{ClientBuilder, SetupError};
