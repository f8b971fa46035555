//! The HTTP client: progenitor's generated methods on a reqwest client that is set up for this API.

#![allow(
    missing_docs,
    unreachable_patterns,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "progenitor writes its own"
)]
include!(concat!(env!("OUT_DIR"), "/client.rs"));
