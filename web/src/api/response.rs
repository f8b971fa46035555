//! Decodes responses, independent of the HTTP client.

use serde::de::DeserializeOwned;
use txjobs_sdk::{Error, Extensions, decode, operation::Operation};

/// A decoded response, with the extensions that the server announced.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiResponse<T> {
    pub value: T,
    pub extensions: Extensions,
}

/// A complete response before decoding.
#[derive(Clone, Debug, Default)]
pub struct RawResponse {
    pub status: u16,
    pub retry_after: Option<String>,
    /// The `Date` header, the reference time of a `Retry-After` date.
    pub date: Option<String>,
    /// The header with the extensions.
    pub extensions: Option<String>,
    /// All headers, if requested.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl RawResponse {
    /// Decodes the body.
    ///
    /// # Errors
    ///
    /// Returns an error if the status is not a success or the body violates the contract.
    pub fn decode<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
    ) -> Result<ApiResponse<T>, Error> {
        self.check_status(operation)?;
        match decode::json(&self.body) {
            Ok(value) => {
                Ok(ApiResponse { value, extensions: Extensions::from_header(self.extensions.as_deref()) })
            }
            Err(error) => Err(Error::from_decode_error(operation, self.status, &self.body, &error)),
        }
    }

    /// Checks the status.
    ///
    /// # Errors
    ///
    /// Returns an error if the status is not a success.
    pub fn check_status(&self, operation: &'static Operation) -> Result<(), Error> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        let error = Error::from_response(operation, self.status, self.retry_after.as_deref(), &self.body);
        Err(error.with_server_date(self.date.as_deref()))
    }
}
