//! Checks the token and the address of requests.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;
use txjobs_gateway::key::{KeyHash, hash};
use txjobs_gateway::server::is_loopback_request;
use txjobs_sdk::ApiKey;

use super::error;

const SCHEME: &str = "bearer ";

/// The conditions for a request.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The hash of the token, so that the comparison takes the same time for every token.
    token: KeyHash,
    remote: bool,
}

impl Guard {
    /// Creates a guard. Requests need the token, and a loopback address unless `remote` is true.
    pub fn new(token: &ApiKey, remote: bool) -> Self {
        Self { token: hash(token.expose()), remote }
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let Ok(value) = value.to_str() else { return false };
        let scheme = value.get(..SCHEME.len()).unwrap_or_default();
        let token = value.get(SCHEME.len()..).unwrap_or_default();
        scheme.eq_ignore_ascii_case(SCHEME) && bool::from(hash(token.trim()).ct_eq(&self.token))
    }
}

pub(super) async fn check_request(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    if !guard.remote && !is_loopback_request(&request) {
        return error::forbidden_remote();
    }
    if !guard.has_token(request.headers()) {
        return error::invalid_token();
    }
    next.run(request).await
}
