//! The base URL of a server.

use txjobs_sdk::{ServerAddress, SetupError};

/// Parses the address of a web page, such as that of a console. Returns its normal form without a slash at the end, which has no
/// character that ends a link.
///
/// # Errors
///
/// Returns the problem as a sentence for users.
pub(crate) fn web_address(text: &str) -> Result<String, String> {
    let problem = || "use a web address such as https://console.example.com".to_owned();
    let url = reqwest::Url::parse(text).map_err(|_| problem())?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(problem());
    }
    Ok(url.as_str().trim_end_matches('/').replace('(', "%28").replace(')', "%29"))
}

/// Returns the base URL of a domain, without a slash at the end. Profiles of the same server have the same one.
pub(crate) fn base_url(domain: &str) -> Result<String, SetupError> {
    let address = ServerAddress::parse(domain).map_err(SetupError::Domain)?;
    Ok(address.url().as_str().trim_end_matches('/').to_owned())
}
