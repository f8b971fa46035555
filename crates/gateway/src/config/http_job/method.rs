//! The method of a request that changes something.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

/// The method of a request that changes something. A GET is not one of them: what is on the way may repeat it.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub(super) enum RequestMethod {
    #[default]
    Post,
    Put,
    Patch,
    Delete,
}

impl From<RequestMethod> for Method {
    fn from(method: RequestMethod) -> Self {
        match method {
            RequestMethod::Post => Self::POST,
            RequestMethod::Put => Self::PUT,
            RequestMethod::Patch => Self::PATCH,
            RequestMethod::Delete => Self::DELETE,
        }
    }
}
