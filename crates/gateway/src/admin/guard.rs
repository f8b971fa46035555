//! Who may ask: whoever has the token, and asks by a loopback address.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;
use txjobs_sdk::ApiKey;

use super::answer;
use crate::key::{KeyHash, hash};
use crate::server::is_asked_of_loopback;

const SCHEME: &str = "bearer ";

/// What a request must have.
#[derive(Clone, Debug)]
pub struct Guard {
    /// A hash, so that comparing takes as long for every token.
    token: KeyHash,
    remote: bool,
}

impl Guard {
    /// Lets through who has this token; from elsewhere as well if `remote`.
    pub fn new(token: &ApiKey, remote: bool) -> Self {
        Self { token: hash(token.expose()), remote }
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let Ok(value) = value.to_str() else { return false };
        let scheme = value.get(..SCHEME.len()).unwrap_or_default();
        let token = value.get(SCHEME.len()..).unwrap_or_default();
        scheme.eq_ignore_ascii_case(SCHEME) && bool::from(hash(token.trim()).ct_eq(&self.token))
    }
}

pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    // A name of a stranger's that leads to this machine (DNS rebinding) would make a stranger's page the same origin.
    if !guard.remote && !is_asked_of_loopback(&request) {
        return answer::not_from_here();
    }
    if !guard.knows(request.headers()) {
        return answer::token_refused();
    }
    next.run(request).await
}
