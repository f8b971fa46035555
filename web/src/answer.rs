//! What an answer means, whoever brought it.

use serde::de::DeserializeOwned;
use txjobs_sdk::{Error, Extensions, decode, operation::Operation};

/// What came, and which extensions the server announced with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    pub value: T,
    pub extensions: Extensions,
}

/// An answer as it came: what matters of its head, and its whole body.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    pub status: u16,
    pub retry_after: Option<String>,
    /// The server's `Date` header, to count a `Retry-After` from.
    pub date: Option<String>,
    /// The header that names the extensions.
    pub extensions: Option<String>,
    /// All headers, where they were asked for.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Raw {
    /// What it says.
    ///
    /// # Errors
    ///
    /// It is no success, or its body is not what the contract promises.
    pub fn read<T: DeserializeOwned>(&self, operation: &'static Operation) -> Result<Answer<T>, Error> {
        self.refusal(operation)?;
        match decode::json(&self.body) {
            Ok(value) => {
                Ok(Answer { value, extensions: Extensions::from_header(self.extensions.as_deref()) })
            }
            Err(error) => Err(Error::from_decode_error(operation, self.status, &self.body, &error)),
        }
    }

    /// Whether it is a success at all.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn refusal(&self, operation: &'static Operation) -> Result<(), Error> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        let trouble = Error::from_response(operation, self.status, self.retry_after.as_deref(), &self.body);
        Err(trouble.with_server_date(self.date.as_deref()))
    }
}
