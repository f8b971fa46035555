//! The table `poll`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use toml::{Spanned, Value};
use txjobs_sdk::ExecutionState;

use super::request::{Scope, pointers};
use crate::config::duration::ConfigDuration;
use crate::config::values::checked;
use crate::http_job::{EngineState, Pointer, PollSettings, PollUrl, Variable};

const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
/// The shortest pause between two polls.
const MIN_INTERVAL: Duration = Duration::from_millis(100);
/// The value of `url_from` that takes the URL from the header `Location`.
const LOCATION: &str = "location";

/// How the state of a run is read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "HttpPoll",
    extend("oneOf" = [{ "required": ["url"] }, { "required": ["url_from"] }])
)]
pub(super) struct PollTable {
    /// The URL, with the variables of `start` and with `{run_id}`.
    #[schemars(with = "Option<String>")]
    url: Option<Spanned<String>>,
    /// The place of the URL in the response to the start, instead of `url`: `"location"` for the header, or a JSON Pointer.
    #[schemars(with = "Option<String>", regex(pattern = "^(location|(/.*)?)$"))]
    url_from: Option<Spanned<String>>,
    /// The maximum interval between polls. The interval starts at one second and doubles.
    #[schemars(with = "Option<ConfigDuration>", extend("default" = "10s"))]
    interval: Option<Spanned<ConfigDuration>>,
    /// With `false`, the header `Retry-After` is obeyed after the status codes 429 and 503 only.
    #[schemars(extend("default" = true))]
    honor_retry_after: Option<bool>,
    /// The status codes that mean that the engine does not know the run yet.
    #[serde(default)]
    #[schemars(default, with = "Vec<u16>", inner(range(min = 200, max = 599)), extend("x-default" = "none"))]
    not_yet: Vec<Spanned<u16>>,
    /// The places of the state in the response, JSON Pointers. The first place whose value is in a list counts.
    #[schemars(with = "Vec<String>", length(min = 1), inner(regex(pattern = "^(/.*)?$")))]
    state: Spanned<Vec<Spanned<String>>>,
    /// The states of a run that has not ended. A state that is in no list counts as one of them, with a warning.
    #[serde(default)]
    #[schemars(default, schema_with = "states_schema", extend("x-default" = "none"))]
    running: Vec<Spanned<Value>>,
    /// The states of a run that completed.
    #[schemars(schema_with = "some_states_schema")]
    completed: Spanned<Vec<Spanned<Value>>>,
    /// The states of a run that completed with warnings.
    #[serde(default)]
    #[schemars(default, schema_with = "states_schema", extend("x-default" = "none"))]
    warnings: Vec<Spanned<Value>>,
    /// The states of a run that completed with errors.
    #[serde(default)]
    #[schemars(default, schema_with = "states_schema", extend("x-default" = "none"))]
    errors: Vec<Spanned<Value>>,
    /// The states of a run that failed.
    #[schemars(schema_with = "some_states_schema")]
    failed: Spanned<Vec<Spanned<Value>>>,
    /// The places of the reason for a final state. The first one with a text is added to the last line of the log.
    #[serde(default)]
    #[schemars(default, with = "Vec<String>", inner(regex(pattern = "^(/.*)?$")), extend("x-default" = "none"))]
    reason: Vec<Spanned<String>>,
}

fn states_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": ["string", "integer", "boolean"] } })
}

fn some_states_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "minItems": 1, "items": { "type": ["string", "integer", "boolean"] } })
}

impl PollTable {
    /// Returns whether the URL comes from the response to the start.
    pub fn has_url_from(&self) -> bool {
        self.url_from.is_some()
    }

    pub fn check(self, scope: &Scope<'_>) -> Result<PollSettings> {
        let variables: Vec<_> =
            scope.started.iter().copied().filter(|name| *name != Variable::PollUrl).collect();
        let url = match (self.url, self.url_from) {
            (Some(url), None) => PollUrl::Template(scope.url("url", &url, &variables)?),
            (None, Some(place)) if place.get_ref() == LOCATION => PollUrl::Location,
            (None, Some(place)) => {
                PollUrl::Pointer(checked(&place, |place| Pointer::parse(place).context("`url_from`"))?)
            }
            (None, None) => {
                bail!("it has no URL. Write `url`, or `url_from` if the response to the start has it")
            }
            (Some(_), Some(_)) => bail!("it has `url` and `url_from`. Keep one of them"),
        };
        let state = checked(&self.state, |places| {
            ensure!(!places.is_empty(), "`state` is empty. Write a JSON Pointer like \"/status\"");
            pointers("state", places)
        })?;
        for (key, list) in [("completed", &self.completed), ("failed", &self.failed)] {
            checked(list, |list| {
                ensure!(
                    !list.is_empty(),
                    "`{key}` is empty, so that no run would end this way. Write a state"
                );
                Ok(())
            })?;
        }
        let not_yet = self.not_yet.iter().map(|code| {
            checked(code, |code| {
                ensure!((200..600).contains(code), "`not_yet` = {code} is not a status code");
                Ok(*code)
            })
        });
        Ok(PollSettings {
            url,
            interval: self.interval.map_or(Ok(DEFAULT_INTERVAL), |interval| {
                checked(&interval, |ConfigDuration(time)| {
                    ensure!(
                        *time >= MIN_INTERVAL,
                        "`interval` is shorter than 100ms. Write a duration like \"10s\""
                    );
                    Ok(*time)
                })
            })?,
            honor_retry_after: self.honor_retry_after.unwrap_or(true),
            not_yet: not_yet.collect::<Result<_>>()?,
            state,
            states: states(&[
                ("running", &self.running, EngineState::Running),
                ("completed", self.completed.get_ref(), EngineState::Ended(ExecutionState::Completed)),
                ("warnings", &self.warnings, EngineState::Ended(ExecutionState::CompletedWithWarnings)),
                ("errors", &self.errors, EngineState::Ended(ExecutionState::CompletedWithErrors)),
                ("failed", self.failed.get_ref(), EngineState::Ended(ExecutionState::Failed)),
            ])?,
            reason: pointers("reason", &self.reason)?,
        })
    }
}

/// Returns what each state means. A state is compared as text, so that 10 and "10" are the same.
fn states(lists: &[(&str, &Vec<Spanned<Value>>, EngineState)]) -> Result<BTreeMap<String, EngineState>> {
    let mut states = BTreeMap::new();
    for (key, list, meaning) in lists {
        for value in *list {
            let text = checked(value, |value| match value {
                Value::String(text) => Ok(text.clone()),
                Value::Integer(_) | Value::Boolean(_) => Ok(value.to_string()),
                other => {
                    bail!("`{key}`: {other} is not a state. Write a text, a whole number, or true or false")
                }
            })?;
            checked(value, |_| {
                let earlier = states.insert(text.clone(), *meaning);
                ensure!(
                    earlier.is_none_or(|earlier| earlier == *meaning),
                    "`{key}`: the state {text:?} is in another list as well. Remove it from one of them"
                );
                Ok(())
            })?;
        }
    }
    Ok(states)
}
