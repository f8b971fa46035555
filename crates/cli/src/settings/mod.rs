//! The settings of a command: the server, how to reach it, and where each value comes from.

pub(crate) mod files;
mod folder;
mod key_file;
mod key_store;
mod keys;
mod layers;
mod options;

use txjobs_sdk::{ServerAddress, SetupError};

pub(crate) use files::KeyStore;
pub(crate) use key_file::KeyFile;
pub(crate) use key_store::{forget_key, store_key};
pub(crate) use keys::{KeyInput, find_key_source, read_key, read_new_key};
pub(crate) use layers::{Setting, Settings};
pub(crate) use options::ServerOptions;

/// Returns the base URL of a domain, without a slash at the end. Profiles of the same server have the same one.
pub(crate) fn base_url(domain: &str) -> Result<String, SetupError> {
    let address = ServerAddress::parse(domain).map_err(SetupError::Domain)?;
    Ok(address.url().as_str().trim_end_matches('/').to_owned())
}
