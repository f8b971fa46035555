//! What a caller gets if the service does not respond as it should.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use txjobs_sdk::operation::Method;

use crate::api::ApiError;

/// Why there is no response of the service.
#[derive(Debug)]
pub(super) enum UpstreamError {
    /// Too many requests are in progress. Nothing was sent.
    Busy,
    /// A request header cannot contain the key. Nothing was sent.
    InvalidKey,
    /// The relay must not connect to the address. Nothing was sent.
    AddressRefused(String),
    /// There was no connection. Nothing was sent.
    NotConnected(String),
    /// There was no response in time.
    TimedOut,
    /// The connection ended before the response was complete, or the response was not valid.
    Interrupted(String),
    /// The response is a redirect, which is not followed.
    Redirected(StatusCode),
    /// The response is not JSON.
    NotJson,
    /// The service refuses the key that the relay holds.
    KeyRefused(StatusCode),
}

impl UpstreamError {
    /// Returns whether the service may have done what was requested.
    pub fn is_outcome_unknown(&self) -> bool {
        !matches!(
            self,
            Self::Busy
                | Self::InvalidKey
                | Self::AddressRefused(_)
                | Self::NotConnected(_)
                | Self::KeyRefused(_)
        )
    }

    /// Returns the problem as a clause. `host` is that of the service.
    pub fn describe(&self, host: &str) -> String {
        match self {
            Self::Busy => "too many requests are in progress".to_owned(),
            Self::InvalidKey => "the API key cannot be sent".to_owned(),
            Self::AddressRefused(cause) => format!("the relay does not connect to {host}: {cause}"),
            Self::NotConnected(cause) => format!("no connection to {host}: {cause}"),
            Self::TimedOut => format!("{host} did not respond in time"),
            Self::Interrupted(cause) => format!("the response of {host} broke off: {cause}"),
            Self::Redirected(status) => format!("{host} responded with a redirect ({})", status.as_u16()),
            Self::NotJson => format!("{host} did not respond with JSON"),
            Self::KeyRefused(status) => {
                format!("{host} refused its API key that the relay holds ({})", status.as_u16())
            }
        }
    }

    /// Returns the response for a caller whose request had this method. `host` is that of the service.
    pub fn into_api_error(self, method: Method, host: &str) -> ApiError {
        let mut message = format!("The service cannot be used: {}.", self.describe(host));
        if method == Method::Post && self.is_outcome_unknown() {
            message.push_str(
                " Whether the service did it is unknown. Look at the job's status and executions before you repeat it.",
            );
            // Never a response after which a client repeats the request by itself.
            return ApiError::new(StatusCode::GATEWAY_TIMEOUT, message);
        }
        let (status, hint) = match self {
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "Nothing was sent. Try again later."),
            Self::InvalidKey => (StatusCode::UNAUTHORIZED, "Nothing was sent. Check the key."),
            Self::AddressRefused(_) => (
                StatusCode::BAD_GATEWAY,
                "Nothing was sent. If the service is really there, add the address to `allow_addresses` in gateway.toml.",
            ),
            Self::NotConnected(_) => (StatusCode::BAD_GATEWAY, "Nothing was sent."),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "Try again later."),
            Self::Interrupted(_) => (StatusCode::BAD_GATEWAY, "Try again."),
            Self::Redirected(_) => {
                (StatusCode::BAD_GATEWAY, "It does not follow redirects. Correct `upstream` in gateway.toml.")
            }
            Self::NotJson => (
                StatusCode::BAD_GATEWAY,
                "Check `upstream` in gateway.toml, and whether a sign-in page or a proxy answers.",
            ),
            Self::KeyRefused(_) => (
                StatusCode::BAD_GATEWAY,
                "Whoever operates the relay must replace that key. Yours is accepted.",
            ),
        };
        let is_busy = matches!(self, Self::Busy);
        let error = ApiError::new(status, format!("{message} {hint}"));
        if is_busy { error.with_header(RETRY_AFTER, HeaderValue::from_static("1")) } else { error }
    }
}
