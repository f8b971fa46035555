//! The shape of `gateway.toml`, as people write it. What it may say is checked in `read`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};
use txjobs_sdk::{ExecutionState, Severity};
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub key_header: Option<String>,
    #[serde(default)]
    pub organisation: Vec<Organisation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisation {
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
    pub warning: Option<Vec<String>>,
    pub error: Option<Vec<String>>,
    pub stderr: Option<SeverityName>,
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

/// A duration as people write it: `200ms`, `1h 30m`.
#[derive(Clone, Copy)]
pub(super) struct Human(pub Duration);

/// A severity by its label.
#[derive(Clone, Copy)]
pub(super) struct SeverityName(pub Severity);

/// A final state by its label.
#[derive(Clone, Copy)]
pub(super) struct FinalState(pub ExecutionState);

impl<'de> Deserialize<'de> for Human {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let duration = humantime::parse_duration(&text);
        duration
            .map(Self)
            .map_err(|e| D::Error::custom(format!("{text:?} is no duration like \"200ms\" or \"2h\": {e}")))
    }
}

impl<'de> Deserialize<'de> for SeverityName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        labelled(deserializer, Severity::ALL.iter().copied(), Severity::label).map(Self)
    }
}

impl<'de> Deserialize<'de> for FinalState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = ExecutionState::ALL.iter().copied().filter(|s| s.is_final());
        labelled(deserializer, all, ExecutionState::label).map(Self)
    }
}

fn labelled<'de, D: Deserializer<'de>, T: Copy>(
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
