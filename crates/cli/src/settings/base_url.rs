//! The base URL of a server.

use txjobs_sdk::{ServerAddress, SetupError};

/// Returns the base URL of a domain, without a slash at the end. Profiles of the same server have the same one.
pub(crate) fn base_url(domain: &str) -> Result<String, SetupError> {
    let address = ServerAddress::parse(domain).map_err(SetupError::Domain)?;
    Ok(address.url().as_str().trim_end_matches('/').to_owned())
}
