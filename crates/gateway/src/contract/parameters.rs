//! Path and query parameters, read strictly: what is known must be valid, what is unknown is ignored.

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use uuid::Uuid;

use super::{Gateway, Refusal, refusal};

/// The `job_id` of the path.
#[derive(Clone, Copy, Debug)]
pub struct JobPath(pub Uuid);

/// The `job_id` and the `trigger_id` of the path.
#[derive(Clone, Copy, Debug)]
pub struct TriggerPath(pub Uuid, pub Uuid);

/// The query, decoded.
#[derive(Debug)]
pub struct Parameters(Vec<(String, String)>);

impl FromRequestParts<Gateway> for JobPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Refusal> {
        Ok(Self(path_id(parts, gateway, "job_id").await?))
    }
}

impl FromRequestParts<Gateway> for TriggerPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Refusal> {
        Ok(Self(path_id(parts, gateway, "job_id").await?, path_id(parts, gateway, "trigger_id").await?))
    }
}

impl FromRequestParts<Gateway> for Parameters {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Gateway) -> Result<Self, Refusal> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        query.map(|Query(pairs)| Self(pairs)).map_err(|_| refusal::bad_query())
    }
}

impl Parameters {
    /// The parameter, if it is there: once, and as `read` wants it.
    pub fn one<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value);
        let value = values.next();
        if values.next().is_some() {
            return Err(refusal::repeated_parameter(name));
        }
        value.map(|v| read(v).ok_or_else(|| refusal::bad_parameter(name, expected))).transpose()
    }
}

/// A guid in the one form that the contract has: 36 characters with hyphens.
pub fn guid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok())?
}

async fn path_id(parts: &mut Parts, gateway: &Gateway, name: &str) -> Result<Uuid, Refusal> {
    let all = RawPathParams::from_request_parts(parts, gateway).await.map_err(|_| refusal::bad_id(name))?;
    let text = all.iter().find(|(n, _)| *n == name).map(|(_, value)| value);
    text.and_then(guid).ok_or_else(|| refusal::bad_id(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_of_a_guid() {
        assert!(guid("3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35").is_some());
        assert!(guid("3F2B8C1E-5D47-4A9B-8E60-1C9F2A7D4B35").is_some());
        for text in ["", "3f2b8c1e5d474a9b8e601c9f2a7d4b35", "{3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35}", "x"] {
            assert!(guid(text).is_none(), "{text}");
        }
    }
}
