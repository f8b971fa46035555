//! Path and query parameters. Known ones must be valid, unknown ones are ignored.

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use uuid::Uuid;

use super::error::{self, ApiError};
use super::ids::parse_id;
use super::state::AppState;

/// The `job_id` of the path.
#[derive(Clone, Copy, Debug)]
pub(super) struct JobPath(pub Uuid);

/// The `job_id` and the `trigger_id` of the path.
#[derive(Clone, Copy, Debug)]
pub(super) struct TriggerPath(pub Uuid, pub Uuid);

/// The parameters of the query.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl FromRequestParts<AppState> for JobPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        Ok(Self(path_id(parts, state, "job_id").await?))
    }
}

impl FromRequestParts<AppState> for TriggerPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        Ok(Self(path_id(parts, state, "job_id").await?, path_id(parts, state, "trigger_id").await?))
    }
}

impl FromRequestParts<AppState> for Parameters {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        query.map(|Query(pairs)| Self(pairs)).map_err(|_| error::invalid_query())
    }
}

impl Parameters {
    /// Returns the value of a parameter, if it is present.
    ///
    /// # Errors
    ///
    /// Fails if the parameter is repeated or `parse` does not accept its value.
    pub fn get<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value);
        let value = values.next();
        if values.next().is_some() {
            return Err(error::repeated_parameter(name));
        }
        value.map(|v| parse(v).ok_or_else(|| error::invalid_parameter(name, expected))).transpose()
    }
}

async fn path_id(parts: &mut Parts, state: &AppState, name: &str) -> Result<Uuid, ApiError> {
    let all = RawPathParams::from_request_parts(parts, state).await.map_err(|_| error::invalid_id(name))?;
    let text = all.iter().find(|(n, _)| *n == name).map(|(_, value)| value);
    text.and_then(parse_id).ok_or_else(|| error::invalid_id(name))
}
