//! The connection to a server.

use txjobs_sdk::ApiKey;

use crate::profiles::profile::Profile;

/// A connection. It holds the key only in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub profile: Profile,
    /// Base URL, without a trailing slash.
    pub base: String,
    /// Name of the header with the key.
    pub header: String,
    pub key: ApiKey,
}
