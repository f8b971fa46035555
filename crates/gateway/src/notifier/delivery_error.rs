//! Why a delivery has failed.

use std::time::Duration;

use anyhow::Error;

/// Why a delivery has failed. It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryError {
    /// The cause, for the inside of a sentence.
    pub cause: String,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl From<Error> for DeliveryError {
    fn from(error: Error) -> Self {
        Self { cause: format!("{error:#}"), retry_after: None }
    }
}
