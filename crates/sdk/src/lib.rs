//! Types, paths and a client for the TimeXtender Jobs API, generated from `openapi.yaml`.
//!
//! * [`types`]: every schema of the contract; both casings decode, unknown numbers are kept.
//! * [`paths`]: every operation's method and path as a typed function, for a transport of your own.
//! * [`Client`]: the operations as async methods on reqwest (feature `client`, on by default).
//! * [`follow::Follow`]: from a trigger id to the outcome, as a state machine without transport or clock.
//! * [`Trouble`]: what went wrong, in a sentence, and what to do.
//!
//! Without the feature `client` there is no HTTP client, no runtime and no clock in the tree, and the crate compiles
//! for `wasm32-unknown-unknown`.

#![deny(missing_docs)]

pub mod decode;
mod extensions;
pub mod follow;
mod key;
pub mod operation;
mod states;
mod timestamp;
mod trouble;

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
mod following;
#[cfg(feature = "client")]
mod setup;
#[cfg(feature = "client")]
mod transport;

pub use extensions::Extensions;
pub use key::{ApiKey, InvalidKey};
pub use states::{ExecutionState, JobStatusCode, Severity};
pub use timestamp::{InvalidTimestamp, Timestamp};
#[cfg(feature = "client")]
pub use transport::Transport;
pub use trouble::{RetryAfter, Trouble, TroubleKind};

#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "client")]
pub use following::Event;
#[cfg(feature = "client")]
pub use setup::{ClientBuilder, SetupError};
