//! Why there is no response.

use std::error::Error as _;

use crate::dns::AddressRefused;

/// The cause of a failed request: the innermost error, which has neither the URL nor a header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The address is refused. Nothing was sent.
    AddressRefused(String),
    /// There was no connection. Nothing was sent.
    NotConnected(String),
    /// There was no response in time, so the request may have arrived.
    TimedOut,
    /// The request may have arrived.
    Interrupted(String),
}

impl Cause {
    /// Returns the cause for the inside of a sentence.
    pub fn describe(&self) -> String {
        match self {
            Self::AddressRefused(cause) | Self::NotConnected(cause) => format!("no connection: {cause}"),
            Self::TimedOut => "no response in time".to_owned(),
            Self::Interrupted(cause) => format!("the connection failed: {cause}"),
        }
    }
}

impl From<reqwest::Error> for Cause {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            cause = error.to_string();
            if error.is::<AddressRefused>() {
                return Self::AddressRefused(cause);
            }
            source = error.source();
        }
        match error {
            error if error.is_connect() && error.is_timeout() => {
                Self::NotConnected("it took too long".to_owned())
            }
            error if error.is_connect() || error.is_builder() => Self::NotConnected(cause),
            error if error.is_timeout() => Self::TimedOut,
            _ => Self::Interrupted(cause),
        }
    }
}
