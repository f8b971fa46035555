//! The table `start`.

use anyhow::{Context, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::method::RequestMethod;
use super::request::{BodyValue, Scope, accept};
use crate::config::values::checked;
use crate::http_job::{Pointer, RequestSettings, StartSettings, Variable};

/// The request that starts a run in the engine. It is sent once and never repeated.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HttpStart")]
pub(super) struct StartTable {
    /// The URL. `{trigger_id}`, `{execution_id}`, and `{job_id}` stand for the ids of the run.
    #[schemars(with = "String")]
    url: Spanned<String>,
    /// The method: `"POST"`, `"PUT"`, `"PATCH"`, or `"DELETE"`.
    #[serde(default)]
    #[schemars(extend("default" = "POST"))]
    method: RequestMethod,
    /// The JSON body: a table, or a text with JSON, which can have null. Its texts have the same variables as the URL.
    #[schemars(with = "Option<BodyValue>")]
    body: Option<Spanned<BodyValue>>,
    /// The status codes with which the engine accepts the run.
    #[schemars(with = "Option<Vec<u16>>", length(min = 1), inner(range(min = 200, max = 299)), extend("default" = [200, 201, 202]))]
    accept: Option<Vec<Spanned<u16>>>,
    /// The place of the engine's id of the run in the response, a JSON Pointer like `"/runId"`.
    #[schemars(with = "Option<String>", regex(pattern = "^(/.*)?$"))]
    run_id: Option<Spanned<String>>,
}

impl StartTable {
    /// Returns whether the response has the id of the run.
    pub fn has_run_id(&self) -> bool {
        self.run_id.is_some()
    }

    pub fn check(self, scope: &Scope<'_>) -> Result<StartSettings> {
        let run_id = self.run_id.map(|text| checked(&text, |text| Pointer::parse(text).context("`run_id`")));
        Ok(StartSettings {
            request: RequestSettings {
                method: self.method.into(),
                url: scope.url("url", &self.url, Variable::BEFORE_START)?,
                body: scope.body(self.body.as_ref(), Variable::BEFORE_START)?,
                accept: accept(self.accept)?,
            },
            run_id: run_id.transpose()?,
        })
    }
}
