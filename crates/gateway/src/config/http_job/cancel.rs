//! The table `cancel`.

use std::time::Duration;

use anyhow::Result;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::method::RequestMethod;
use super::request::{BodyValue, Scope, accept};
use crate::config::duration::ConfigDuration;
use crate::http_job::{CancelSettings, RequestSettings};

const DEFAULT_WAIT: Duration = Duration::from_secs(60);

/// The request that ends a run early: after a cancellation or the timeout. It is sent once, unless the engine responds with 429.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HttpCancel")]
pub(super) struct CancelTable {
    /// The URL, with the variables of `start` and with `{run_id}` or `{poll_url}`.
    #[schemars(with = "String")]
    url: Spanned<String>,
    /// The method, as in `start`.
    #[serde(default)]
    #[schemars(extend("default" = "POST"))]
    method: RequestMethod,
    /// The JSON body. A text that is only `{run_id}` becomes a number if the id is one.
    #[schemars(with = "Option<BodyValue>")]
    body: Option<Spanned<BodyValue>>,
    /// The status codes with which the engine accepts the cancellation.
    #[schemars(with = "Option<Vec<u16>>", length(min = 1), inner(range(min = 200, max = 299)), extend("default" = [200, 201, 202]))]
    accept: Option<Vec<Spanned<u16>>>,
    /// How long the gateway tries to send the request, and then how long it polls the run. After that, the run may continue in the
    /// engine.
    #[schemars(extend("default" = "60s"))]
    wait: Option<ConfigDuration>,
}

impl CancelTable {
    pub fn check(self, scope: &Scope<'_>) -> Result<CancelSettings> {
        Ok(CancelSettings {
            request: RequestSettings {
                method: self.method.into(),
                url: scope.url("url", &self.url, &scope.started)?,
                body: scope.body(self.body.as_ref(), &scope.started)?,
                accept: accept(self.accept)?,
            },
            wait: self.wait.map_or(DEFAULT_WAIT, |wait| wait.0),
        })
    }
}
