//! The table `log`.

use anyhow::{Result, bail};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::request::{Scope, pointers};
use crate::http_job::LogSource;

/// The engine's log, whose lines are written to the log of the run. Each line is written once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "HttpLog",
    extend("oneOf" = [{ "required": ["message"] }, { "required": ["url"] }])
)]
pub(super) struct LogTable {
    /// The places of the lines in the responses to the polls, JSON Pointers in which `*` stands for all elements of an array.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = "^(/.*)?$")))]
    message: Option<Vec<Spanned<String>>>,
    /// The URL of a further request for the log, instead of `message`.
    #[schemars(with = "Option<String>")]
    url: Option<Spanned<String>>,
    /// The places of the lines in the response to that request. Without it, the whole response is text.
    #[serde(default)]
    #[schemars(default, with = "Vec<String>", inner(regex(pattern = "^(/.*)?$")), extend("x-default" = "the whole response"))]
    text: Vec<Spanned<String>>,
}

impl LogTable {
    pub fn check(self, scope: &Scope<'_>) -> Result<LogSource> {
        match (self.message, self.url) {
            (Some(message), None) if !message.is_empty() && self.text.is_empty() => {
                Ok(LogSource::Poll(pointers("message", &message)?))
            }
            (None, Some(url)) => {
                Ok(LogSource::Request(scope.url("url", &url, &scope.started)?, pointers("text", &self.text)?))
            }
            (Some(_), None) if !self.text.is_empty() => {
                bail!("`text` belongs to `url`. Remove it, or name the places in `message`")
            }
            (Some(_), Some(_)) => bail!("it has `message` and `url`. Keep one of them"),
            _ => bail!("it names no log. Write `message`, a place in the responses to the polls, or `url`"),
        }
    }
}
