//! The options of the pages beside the contract.

use std::path::PathBuf;

use txjobs_sdk::ApiKey;

/// The options of the pages.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The name of the gateway in the console.
    pub name: String,
    /// The folder with the console's files.
    pub console: Option<PathBuf>,
    /// The key that the console gets from a loopback address.
    pub demo_key: Option<ApiKey>,
    /// The service to which the gateway relays.
    pub relay: Option<RelayedService>,
}

/// A service to which the gateway relays.
#[derive(Clone, Debug)]
pub struct RelayedService {
    /// Its address.
    pub address: String,
    /// The path of the archive at the gateway's address, if there is one.
    pub archive: Option<&'static str>,
}

/// An extension of a response that must not be compressed.
#[derive(Clone, Copy, Debug)]
pub struct NoCompression;
