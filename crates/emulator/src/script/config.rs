//! The jobs of the emulator's configuration file: those of the gateway, and scripts.

use std::fmt::{self, Formatter};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use txjobs_gateway::config::{
    ConfigDuration, DeclaredJob, GatewayJob, RetentionTable, ScheduleKeys, deserialize_label,
};
use txjobs_gateway::runner::Work;
use txjobs_sdk::{ExecutionState, Severity};
use uuid::Uuid;

use super::work::{Outcome, Script, Step};

const DAY: Duration = Duration::from_secs(86_400);
/// The property of a job that declares a script.
const SCRIPT: &str = "script";
/// The properties of a job that declare a kind of the gateway.
const GATEWAY_KINDS: [&str; 3] = ["command", "http", "kubernetes"];
/// The properties that every kind of job has.
const COMMON: [&str; 7] = ["id", "name", "retention", "schedule", "time_zone", "catch_up", "after"];

/// A job of the configuration file: one of the gateway's, or a script.
#[derive(Debug)]
pub struct EmulatorJob {
    /// Everything but the script.
    job: GatewayJob,
    script: Option<ScriptTable>,
    /// The names of its properties without `script`.
    properties: Vec<String>,
}

impl DeclaredJob for EmulatorJob {
    fn id(&self) -> Option<Uuid> {
        self.job.id()
    }

    fn name(&self) -> &str {
        self.job.name()
    }

    fn retention(&self) -> RetentionTable {
        self.job.retention()
    }

    fn schedule(&self) -> ScheduleKeys {
        self.job.schedule()
    }

    fn into_work(self, directory: &Path) -> Result<Arc<dyn Work>> {
        let kind = GATEWAY_KINDS.into_iter().find(|kind| self.properties.iter().any(|name| name == kind));
        match (self.script, kind) {
            (Some(_), Some(kind)) => bail!("it has `{kind}` and `script`. Remove one of them"),
            (Some(script), None) => {
                if let Some(name) = self.properties.iter().find(|name| !COMMON.contains(&name.as_str())) {
                    bail!("`{name}` is a setting of a `command`. Remove it from the `script`");
                }
                Ok(Arc::new(script.into_script()?))
            }
            (None, Some(_)) => self.job.into_work(directory),
            (None, None) => bail!("it has nothing to run. Add a `command`, a table `http`, or a `script`"),
        }
    }
}

impl<'de> Deserialize<'de> for EmulatorJob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(JobVisitor)
    }
}

struct JobVisitor;

impl<'de> Visitor<'de> for JobVisitor {
    type Value = EmulatorJob;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a job")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<EmulatorJob, A::Error> {
        let mut extractor = ScriptExtractor { map, script: None, properties: Vec::new() };
        let job = GatewayJob::deserialize(MapAccessDeserializer::new(&mut extractor))?;
        Ok(EmulatorJob { job, script: extractor.script, properties: extractor.properties })
    }
}

/// Passes the entries of a map on, except the script, which it keeps.
struct ScriptExtractor<A> {
    map: A,
    script: Option<ScriptTable>,
    properties: Vec<String>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for ScriptExtractor<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, mut seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            let key = KeySeed { seed, properties: &mut self.properties };
            seed = match self.map.next_key_seed(key)? {
                None => return Ok(None),
                Some(Key::Other(value)) => return Ok(Some(value)),
                Some(Key::Script(seed)) => seed,
            };
            self.script = Some(self.map.next_value()?);
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// A key of the map: that of the script, with the unused seed, or another one.
enum Key<K, V> {
    Script(K),
    Other(V),
}

/// Deserializes a key within the map's own key deserializer, so that an error has the line of the key.
struct KeySeed<'a, K> {
    seed: K,
    properties: &'a mut Vec<String>,
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<'_, K> {
    type Value = Key<K, K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for KeySeed<'_, K> {
    type Value = Key<K, K::Value>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        if name == SCRIPT {
            return Ok(Key::Script(self.seed));
        }
        self.properties.push(name.to_owned());
        self.seed.deserialize(StrDeserializer::new(name)).map(Key::Other)
    }
}

/// A script as it is written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptTable {
    state: FinalState,
    lines: Vec<StepTable>,
    weight: Option<u32>,
    every: Option<ConfigDuration>,
    #[serde(default)]
    history: Vec<OutcomeTable>,
}

/// Another outcome as it is written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeTable {
    state: FinalState,
    lines: Option<Vec<StepTable>>,
    weight: Option<u32>,
}

/// A step as it is written in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepTable {
    message: String,
    after: Option<ConfigDuration>,
    severity: Option<SeverityLabel>,
    repeat: Option<u32>,
}

/// A severity by its label.
#[derive(Clone, Copy, Debug)]
struct SeverityLabel(Severity);

/// A final state by its label.
#[derive(Clone, Copy, Debug)]
struct FinalState(ExecutionState);

impl<'de> Deserialize<'de> for SeverityLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_label(deserializer, Severity::ALL.iter().copied(), Severity::label).map(Self)
    }
}

impl<'de> Deserialize<'de> for FinalState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let states = ExecutionState::ALL.iter().copied().filter(|state| state.is_final());
        deserialize_label(deserializer, states, ExecutionState::label).map(Self)
    }
}

impl ScriptTable {
    fn into_script(self) -> Result<Script> {
        let outcome = outcome(self.state, &self.lines, self.weight)?;
        let history = self.history.into_iter();
        let history = history.map(|other| outcome_of(&other, &self.lines)).collect::<Result<Vec<_>>>()?;
        ensure!(
            outcome.weight > 0 || history.iter().any(|outcome| outcome.weight > 0),
            "every `weight` is zero. Give one outcome a weight"
        );
        let every = self.every.map_or(DAY, |every| every.0);
        ensure!(every >= Duration::from_secs(1), "`every` is shorter than a second");
        Ok(Script { outcome, history, every })
    }
}

fn outcome_of(table: &OutcomeTable, lines: &[StepTable]) -> Result<Outcome> {
    outcome(table.state, table.lines.as_deref().unwrap_or(lines), table.weight)
}

fn outcome(state: FinalState, lines: &[StepTable], weight: Option<u32>) -> Result<Outcome> {
    let steps = lines.iter().cloned().map(step).collect::<Result<_>>()?;
    Ok(Outcome { weight: weight.unwrap_or(1), state: state.0, steps })
}

fn step(table: StepTable) -> Result<Step> {
    let repeat = table.repeat.unwrap_or(1);
    ensure!(repeat > 0, "`repeat` is zero in the line {:?}. Remove the line", table.message);
    Ok(Step {
        after: table.after.map_or(Duration::ZERO, |after| after.0),
        severity: table.severity.map_or(Severity::Information, |severity| severity.0),
        message: table.message,
        repeat,
    })
}

#[cfg(test)]
mod tests {
    use txjobs_gateway::config::{Config, parse};

    use super::*;

    fn error(text: &str) -> String {
        format!("{:#}", parse::<EmulatorJob>(text, Path::new("/base")).unwrap_err())
    }

    fn job(lines: &str) -> String {
        format!("[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n{lines}\n")
    }

    fn config(lines: &str) -> Config {
        parse::<EmulatorJob>(&job(lines), Path::new("")).unwrap()
    }

    #[test]
    fn script_with_a_history_is_read() {
        let text = "[organization.job.script]
            state = \"completed with errors\"
            lines = [ { after = \"10ms\", message = \"Batch {n} of 44\", repeat = 44 }, { severity = \"error\", message = \"x\" } ]
            [[organization.job.script.history]]
            state = \"failed\"
            weight = 3";
        let table: toml::Table = toml::from_str(&job(text)).unwrap();
        let job: EmulatorJob = table["organization"][0]["job"][0].clone().try_into().unwrap();
        let script = job.script.unwrap().into_script().unwrap();
        assert_eq!(script.outcome.state.label(), Some("completed with errors"));
        assert_eq!(script.outcome.steps[0].message(7), "Batch 7 of 44");
        assert_eq!((script.history[0].weight, script.history[0].steps.len()), (3, 2));
        assert_eq!(script.every, DAY);
        let described = config(text).organizations[0].jobs[0].work.describe();
        assert_eq!(described, "script of 45 lines, ends completed with errors");
    }

    #[test]
    fn command_is_read_as_by_the_gateway() {
        let described = config("command = [\"python3\", \"load.py\"]\ntimeout = \"1s\"").organizations[0]
            .jobs[0]
            .work
            .describe();
        assert_eq!(described, "command [\"python3\", \"load.py\"]");
    }

    #[test]
    fn errors_name_the_job_and_the_remedy() {
        let nothing = error(&job(""));
        let expected = "line 3, column 1: the job \"Load\" of \"Contoso\": it has nothing to run.";
        assert!(nothing.starts_with(expected), "{nothing}");
        let both = "command = [\"x\"]\nscript = { state = \"failed\", lines = [] }";
        assert!(error(&job(both)).contains("Remove one of them"));
        let both = "http = { start = { url = \"https://a.example/\" }, poll = { url = \"https://a.example/\", state = [\"/s\"], \
                    completed = [1], failed = [2] } }\nscript = { state = \"failed\", lines = [] }";
        assert!(error(&job(both)).contains("it has `http` and `script`. Remove one of them"));
        let stray = "timeout = \"1s\"\nscript = { state = \"failed\", lines = [] }";
        assert!(error(&job(stray)).contains("`timeout` is a setting of a `command`"));
    }

    #[test]
    fn unknown_or_misspelled_settings_are_refused_with_their_line() {
        let url = error(&job("url = \"https://example.org\""));
        assert!(url.contains("line 5") && url.contains("`url` is unknown"), "{url}");
        let state = error(&job("script = { state = \"running\", lines = [] }"));
        assert!(state.contains("line 5") && state.contains("completed with warnings"), "{state}");
    }
}
