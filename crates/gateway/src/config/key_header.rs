//! The request header that carries an API key.

use anyhow::{Result, anyhow, ensure};
use axum::http::HeaderName;
use txjobs_sdk::paths;

use crate::key;

/// Parses the name of the header. `setting` is the key of the file.
pub(super) fn parse_key_header(setting: &str, name: &str) -> Result<HeaderName> {
    let key_header = HeaderName::try_from(name)
        .map_err(|_| anyhow!("{setting} = {name:?} is not a valid name of a request header"))?;
    ensure!(
        !key::is_reserved_header(key_header.as_str()),
        "{setting} = {:?} is a header that HTTP uses itself. Choose another one, for example {:?}",
        key_header.as_str(),
        paths::API_KEY_HEADER
    );
    Ok(key_header)
}
