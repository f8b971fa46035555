//! The shape of `gateway.toml`, as people write it. What it may say is checked in `read`.

use std::collections::BTreeMap;
use std::fmt::{self, Formatter};
use std::path::PathBuf;
use std::time::Duration;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use txjobs_sdk::{ExecutionState, Severity};
use uuid::Uuid;

use super::StandardError;

const MERGE: &str = "merge";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub key_header: Option<String>,
    #[serde(default)]
    pub organization: Vec<Organization>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    pub name: String,
    #[serde(default)]
    pub job: Vec<Job>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Job {
    pub id: Option<Uuid>,
    pub name: String,
    pub command: Option<Vec<String>>,
    pub script: Option<Script>,
    // The rest belongs to a command.
    pub directory: Option<PathBuf>,
    pub environment: Option<BTreeMap<String, String>>,
    pub timeout: Option<Human>,
    pub stop_grace: Option<Human>,
    pub leave_running: Option<bool>,
    pub encoding: Option<String>,
    pub warning: Option<Vec<String>>,
    pub error: Option<Vec<String>>,
    pub stderr: Option<StandardErrorName>,
    pub completed: Option<Vec<i32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    pub state: FinalState,
    pub lines: Vec<Step>,
    pub weight: Option<u32>,
    pub every: Option<Human>,
    #[serde(default)]
    pub history: Vec<Variant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variant {
    pub state: FinalState,
    pub lines: Option<Vec<Step>>,
    pub weight: Option<u32>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub message: String,
    pub after: Option<Human>,
    pub severity: Option<SeverityName>,
    pub repeat: Option<u32>,
}

/// A duration such as `200ms` or `1h30m`, or a number of seconds.
#[derive(Clone, Copy)]
pub(super) struct Human(pub Duration);

/// A severity by its label, or [`MERGE`].
#[derive(Clone, Copy)]
pub(super) struct StandardErrorName(pub StandardError);

/// A severity by its label.
#[derive(Clone, Copy)]
pub(super) struct SeverityName(pub Severity);

/// A final state by its label.
#[derive(Clone, Copy)]
pub(super) struct FinalState(pub ExecutionState);

impl<'de> Deserialize<'de> for Human {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HumanVisitor)
    }
}

struct HumanVisitor;

impl Visitor<'_> for HumanVisitor {
    type Value = Human;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a duration like \"200ms\", \"90s\", \"1h30m\" or \"1d\", or a number of seconds like 90")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Human, E> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            let seconds = text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))?;
            return Ok(Human(Duration::from_secs(seconds)));
        }
        let duration = humantime::parse_duration(text);
        duration.map(Human).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Human, E> {
        let duration = u64::try_from(seconds).map(Duration::from_secs);
        duration.map(Human).map_err(|_| E::invalid_value(Unexpected::Signed(seconds), &self))
    }
}

impl<'de> Deserialize<'de> for StandardErrorName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let separate = Severity::ALL.iter().map(|&severity| StandardError::Separate(severity));
        let all = separate.chain([StandardError::Merged]);
        labeled(deserializer, all, |one| match one {
            StandardError::Separate(severity) => severity.label(),
            StandardError::Merged => Some(MERGE),
        })
        .map(Self)
    }
}

impl<'de> Deserialize<'de> for SeverityName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        labeled(deserializer, Severity::ALL.iter().copied(), Severity::label).map(Self)
    }
}

impl<'de> Deserialize<'de> for FinalState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = ExecutionState::ALL.iter().copied().filter(|s| s.is_final());
        labeled(deserializer, all, ExecutionState::label).map(Self)
    }
}

fn labeled<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    all: impl Iterator<Item = T> + Clone,
    label: fn(T) -> Option<&'static str>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    all.clone().find(|&one| label(one) == Some(text.as_str())).ok_or_else(|| {
        let known: Vec<_> = all.filter_map(label).collect();
        D::Error::custom(format!("{text:?} is none of: {}", known.join(", ")))
    })
}
