//! Which ended runs of a job are kept.

use std::time::Duration;

use anyhow::{Context, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use toml::{Spanned, Value};
use txjobs_store::Retention;

use super::duration;
use super::location::At;
use crate::clock::{Micros, micros};

/// The value of `keep_runs` that keeps every run.
const ALL: &str = "all";
/// The value of `keep_for` that keeps runs of every age.
const FOREVER: &str = "forever";

/// Which ended runs are kept. A run that exceeds one of the limits is deleted with its log.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Retention")]
pub struct RetentionTable {
    /// The number of the newest runs of each job that are kept.
    #[serde(default)]
    #[schemars(schema_with = "keep_runs_schema", extend("default" = ALL))]
    keep_runs: Option<Spanned<Value>>,
    /// The time after its end for which a run is kept, with its unit: `"90d"`, `"12h"`.
    #[serde(default)]
    #[schemars(schema_with = "keep_for_schema", extend("default" = FOREVER))]
    keep_for: Option<Spanned<Value>>,
}

/// Which ended runs of a job are kept. A run that either limit does not keep is deleted. Without limits, every run is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// The number of the newest runs that are kept.
    pub keep_runs: Option<u32>,
    /// The time after its end for which a run is kept.
    pub keep_for: Option<Duration>,
}

impl RetentionTable {
    /// Returns the policy with the settings of this table, and those of `defaults` for which it has none.
    ///
    /// # Errors
    ///
    /// Fails if a setting is invalid.
    pub(super) fn policy(&self, defaults: RetentionPolicy) -> Result<RetentionPolicy> {
        Ok(RetentionPolicy {
            keep_runs: setting(self.keep_runs.as_ref(), parse_keep_runs)?.unwrap_or(defaults.keep_runs),
            keep_for: setting(self.keep_for.as_ref(), parse_keep_for)?.unwrap_or(defaults.keep_for),
        })
    }
}

impl RetentionPolicy {
    /// Returns whether every run is kept.
    pub fn keeps_all(&self) -> bool {
        *self == Self::default()
    }

    /// Returns what the store deletes at this time.
    pub fn at(&self, now: Micros) -> Retention {
        Retention {
            ended_before: self.keep_for.map(|time| now.saturating_sub(micros(time))),
            max_runs: self.keep_runs,
        }
    }
}

/// Returns a setting, if the table has it.
fn setting<T>(value: Option<&Spanned<Value>>, parse: fn(&Value) -> Result<T>) -> Result<Option<T>> {
    value.map(|value| parse(value.get_ref()).at(value.span())).transpose()
}

fn keep_runs_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": u32::MAX }, { "const": ALL }] })
}

fn keep_for_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "type": "string", "pattern": duration::PATTERN_WITH_UNIT }, { "const": FOREVER }] })
}

fn parse_keep_runs(value: &Value) -> Result<Option<u32>> {
    if value.as_str() == Some(ALL) {
        return Ok(None);
    }
    let count = value.as_integer().and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
    count.map(Some).with_context(|| {
        format!(
            "`keep_runs` = {value} is not valid. Write a number of runs from 1 on, like 1000, or \"{ALL}\""
        )
    })
}

/// A number without a unit is refused: runs would be lost if days were meant and seconds were read.
fn parse_keep_for(value: &Value) -> Result<Option<Duration>> {
    if value.as_str() == Some(FOREVER) {
        return Ok(None);
    }
    let time = value.as_str().and_then(|text| humantime::parse_duration(text).ok());
    time.filter(|time| !time.is_zero()).map(Some).with_context(|| {
        format!("`keep_for` = {value} is not valid. Write a duration with its unit, like \"90d\", or \"{FOREVER}\"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn table(text: &str) -> RetentionTable {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn settings_replace_the_defaults_one_by_one() {
        let defaults =
            table("keep_runs = 1000\nkeep_for = \"90d\"").policy(RetentionPolicy::default()).unwrap();
        assert_eq!(defaults, RetentionPolicy { keep_runs: Some(1000), keep_for: Some(90 * DAY) });
        let policy = |text: &str| table(text).policy(defaults).unwrap();
        assert_eq!(policy(""), defaults);
        assert_eq!(policy("keep_runs = 1"), RetentionPolicy { keep_runs: Some(1), ..defaults });
        assert_eq!(policy("keep_for = \"forever\""), RetentionPolicy { keep_for: None, ..defaults });
        assert!(policy("keep_runs = \"all\"\nkeep_for = \"forever\"").keeps_all());
    }

    #[test]
    fn nonsense_is_refused_with_what_to_write() {
        let error = |text: &str| table(text).policy(RetentionPolicy::default()).unwrap_err().to_string();
        for value in ["0", "-1", "1.5", "true", "\"many\"", "4294967296"] {
            let error = error(&format!("keep_runs = {value}"));
            assert!(
                error.starts_with(&format!("`keep_runs` = {value} is not valid. Write a number")),
                "{error}"
            );
        }
        for value in ["0", "90", "\"90\"", "\"0d\"", "\"\"", "\"a while\"", "[1]"] {
            let error = error(&format!("keep_for = {value}"));
            assert!(error.contains("is not valid. Write a duration with its unit, like \"90d\""), "{error}");
        }
    }

    #[test]
    fn age_counts_from_now() {
        let policy = RetentionPolicy { keep_runs: Some(5), keep_for: Some(DAY) };
        let expected = Retention { ended_before: Some(13_600_000_000), max_runs: Some(5) };
        assert_eq!(policy.at(100_000_000_000), expected);
        assert_eq!(RetentionPolicy::default().at(0), Retention::default());
    }
}
