//! The error of a request, with one classification for all clients.

use std::fmt;

use crate::{
    key::ApiKey,
    operation::{Method, Operation},
    retry_after::RetryAfter,
};

mod kind;
mod message;

pub use kind::ErrorKind;
pub(crate) use message::{extract_message, to_plain_line};

/// The error of a request. Create it from a response with [`from_response`](Self::from_response), or from a failure of the
/// transport with [`new`](Self::new).
///
/// `Display` writes what happened, the server's message, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// The HTTP status of the response, if there was one.
    pub status: Option<u16>,
    /// The message of the server without markup and control characters, of at most 500 characters.
    pub message: Option<String>,
    /// The delay before the next request that the server requested.
    pub retry_after: Option<RetryAfter>,
    /// The operation that failed, if it is known.
    pub operation: Option<&'static Operation>,
    /// The error text of the decoder or the transport, for diagnosis. Not part of `Display`.
    pub detail: Option<String>,
}

impl Error {
    /// Creates an error without a response.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, status: None, message: None, retry_after: None, operation: None, detail: None }
    }

    /// Creates the error of a response that is not a success. `retry_after` is the value of the header; see
    /// [`with_server_date`](Self::with_server_date).
    pub fn from_response(
        operation: &'static Operation,
        status: u16,
        retry_after: Option<&str>,
        body: &[u8],
    ) -> Self {
        Self {
            message: extract_message(body),
            retry_after: retry_after.and_then(RetryAfter::parse),
            ..Self::from_status(operation, status)
        }
    }

    /// Creates the error of a successful response whose body cannot be decoded. JSON that ends too early counts as an interrupted
    /// transfer.
    pub fn from_decode_error(
        operation: &'static Operation,
        status: u16,
        body: &[u8],
        error: &serde_json::Error,
    ) -> Self {
        let kind = if message::is_markup(body) {
            ErrorKind::NotThisApi
        } else if error.is_eof() && !body.trim_ascii().is_empty() {
            ErrorKind::Interrupted
        } else {
            ErrorKind::InvalidBody
        };
        Self {
            kind,
            message: if kind == ErrorKind::NotThisApi { extract_message(body) } else { None },
            ..Self::from_status(operation, status).with_detail(&error.to_string())
        }
    }

    pub(crate) fn from_status(operation: &'static Operation, status: u16) -> Self {
        let kind = match status {
            401 | 403 => ErrorKind::KeyRefused,
            404 if operation.template.contains('{') => ErrorKind::NotFound,
            404 | 300..400 => ErrorKind::NotThisApi,
            // The server, or a proxy in front of it, stopped waiting. It may have received the request.
            408 => ErrorKind::Interrupted,
            409 => ErrorKind::Conflict,
            429 => ErrorKind::TooManyRequests,
            400..500 => ErrorKind::RequestRefused,
            500.. => ErrorKind::ServerError,
            _ => ErrorKind::NotThisApi,
        };
        Self { status: Some(status), ..Self::new(kind).with_operation(operation) }
    }

    /// Sets the operation that failed.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Sets the message, cleaned like a message of a server.
    #[must_use]
    pub fn with_message(mut self, message: &str) -> Self {
        self.message = to_plain_line(message);
        self
    }

    /// Sets the detail, cleaned like a message.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        self.detail = to_plain_line(detail);
        self
    }

    /// Masks `key` in the message and the detail, as [`ApiKey::mask`] does, because a server may repeat it.
    ///
    /// The errors of a `Client` do not contain the key. Call this for errors that were created with
    /// [`from_response`](Self::from_response) or [`from_decode_error`](Self::from_decode_error).
    #[must_use]
    pub fn with_masked_key(mut self, key: &ApiKey) -> Self {
        self.message = self.message.map(|message| key.mask(&message));
        self.detail = self.detail.map(|detail| key.mask(&detail));
        self
    }

    /// Converts a `Retry-After` that is a time into a delay from the response's `Date` header, as
    /// [`RetryAfter::relative_to_server_date`] does.
    #[must_use]
    pub fn with_server_date(mut self, date: Option<&str>) -> Self {
        self.retry_after = self.retry_after.map(|after| after.relative_to_server_date(date));
        self
    }

    /// Returns a sentence about what happened.
    pub fn summary(&self) -> &'static str {
        self.kind.summary()
    }

    /// Returns a sentence about what to do.
    pub fn advice(&self) -> &'static str {
        match self.operation {
            Some(_) if self.is_outcome_unknown() => {
                "The request may have taken effect, and it is not repeated automatically. Check the job's runs first."
            }
            None if self.kind == ErrorKind::Interrupted => {
                "The request may have taken effect. Check the job before you start it again."
            }
            _ => self.kind.advice(),
        }
    }

    /// Returns whether the same GET may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Unreachable
                | ErrorKind::Interrupted
                | ErrorKind::BlockedByBrowser
                | ErrorKind::TooManyRequests
                | ErrorKind::ServerError
                | ErrorKind::InvalidBody
        )
    }

    /// Returns whether the request may have taken effect although it failed: a POST whose response was lost. An unknown
    /// operation counts as a POST.
    pub fn is_outcome_unknown(&self) -> bool {
        if self.operation.is_some_and(|operation| operation.method == Method::Get) {
            return false;
        }
        match self.kind {
            ErrorKind::Interrupted
            | ErrorKind::BlockedByBrowser
            | ErrorKind::ServerError
            | ErrorKind::InvalidBody => true,
            // A web page or a redirect may be the response to a request that took effect.
            ErrorKind::NotThisApi => matches!(self.status, Some(200..300 | 303)),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.summary())?;
        match (self.status, &self.message) {
            (Some(status), Some(message)) => write!(f, " ({status}: {message})")?,
            (Some(status), None) => write!(f, " ({status})")?,
            (None, Some(message)) => write!(f, " ({message})")?,
            (None, None) => {}
        }
        write!(f, " {}", self.advice())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
