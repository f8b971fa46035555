//! A job of the gateway's configuration file, which runs a command or starts work in another engine.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use encoding_rs::{Encoding, UTF_8};
use regex::{Regex, RegexSet};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use toml::Spanned;
use txjobs_sdk::Severity;
use uuid::Uuid;

use super::declared_job::DeclaredJob;
use super::duration::ConfigDuration;
use super::http_job::{HttpTable, JobSettings};
use super::kubernetes_job::{self, KubernetesTable, RunSettings};
use super::labels::deserialize_label;
use super::location::At;
use super::retention::RetentionTable;
use super::schedule::{CatchUpLabel, ScheduleKeys};
use crate::command::{Command, StandardError};
use crate::http_job::HttpJob;
use crate::runner::{DEFAULT_STOP_GRACE, Work};

/// The forms of a UUID. The version of JSON Schema that editors know has no format for them.
const UUID_PATTERN: &str = r"^(urn:uuid:)?\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$";
/// The keys of a command only.
const COMMAND_KEYS: [&str; 6] =
    ["directory", "encoding", "environment", "leave_running", "stderr", "stop_grace"];
/// The value of `stderr` that merges standard error into standard output.
const MERGE: &str = "merge";

/// A job, which runs a command without a shell, starts work in another engine, or is a Job of a Kubernetes cluster.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "Job",
    extend("oneOf" = [
        { "required": ["command"] },
        { "required": ["http"], "not": { "anyOf": keys_schema(COMMAND_KEYS.into_iter().chain(["completed"])) } },
        { "required": ["kubernetes"], "not": { "anyOf": keys_schema(COMMAND_KEYS) } },
    ])
)]
pub struct GatewayJob {
    /// A UUID. By default it is derived from the names of the organization and the job, and so stays the same. Set it to keep the
    /// id when you rename a job.
    #[schemars(extend("x-default" = "derived", "pattern" = UUID_PATTERN))]
    id: Option<Uuid>,
    /// The name that clients see.
    #[schemars(length(min = 1))]
    name: String,
    /// The program and its arguments, without a shell. A job has one of `command`, `http`, and `kubernetes`.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    command: Option<Spanned<Vec<String>>>,
    /// A run in another engine, which a request starts and further requests poll to its end.
    #[schemars(with = "Option<HttpTable>")]
    http: Option<Spanned<HttpTable>>,
    /// A Job of a Kubernetes cluster. The gateway must be built with the feature `kubernetes`.
    #[schemars(with = "Option<KubernetesTable>")]
    kubernetes: Option<Spanned<KubernetesTable>>,
    /// The working directory of the command, relative to the file.
    #[schemars(extend("x-default" = "the folder of the file"))]
    directory: Option<PathBuf>,
    /// Additional environment variables.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    environment: Option<Spanned<BTreeMap<String, String>>>,
    /// The maximum duration of a run.
    #[schemars(with = "Option<ConfigDuration>", extend("x-default" = "none, and `\"24h\"` with `http` and `kubernetes`"))]
    timeout: Option<Spanned<ConfigDuration>>,
    /// The time between SIGTERM and SIGKILL.
    #[schemars(extend("default" = "5s"))]
    stop_grace: Option<ConfigDuration>,
    /// With `true`, processes that remain when the command exits continue.
    #[schemars(extend("default" = false))]
    leave_running: Option<bool>,
    /// The encoding of the output, a label of the
    /// [WHATWG Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels) such as `utf-16le` or `latin1`.
    #[schemars(with = "Option<String>", extend("default" = "utf-8"))]
    encoding: Option<Spanned<String>>,
    /// Regular expressions; a line that contains a match is a warning.
    #[schemars(with = "Option<Vec<String>>")]
    warning: Option<Vec<Spanned<String>>>,
    /// Regular expressions; a line that contains a match is an error.
    #[schemars(with = "Option<Vec<String>>")]
    error: Option<Vec<Spanned<String>>>,
    /// The severity of a line of standard error that matches no pattern: `"information"`, `"warning"`, or `"error"`; or `"merge"`
    /// for one pipe with standard output.
    #[schemars(extend("default" = "warning"))]
    stderr: Option<StandardErrorLabel>,
    /// The exit codes of a run that did not fail.
    #[schemars(with = "Option<Vec<i32>>", length(min = 1), extend("default" = [0]))]
    completed: Option<Spanned<Vec<i32>>>,
    /// Labels; only nodes that have all of them run the job, which waits for one.
    #[serde(default)]
    #[schemars(extend("x-default" = "none"))]
    runs_on: Vec<String>,
    /// Which ended runs of this job are kept. Each setting replaces that of the file.
    #[serde(default)]
    #[schemars(extend("x-default" = "that of the file"))]
    retention: RetentionTable,
    /// When the job starts by itself, as a cron expression of five fields: minute, hour, day of the month, month, day of the week.
    #[schemars(with = "Option<String>")]
    schedule: Option<Spanned<String>>,
    /// The time zone of `schedule`, a name of the IANA database such as `Europe/Copenhagen`.
    #[schemars(with = "Option<String>", extend("default" = "UTC"))]
    time_zone: Option<Spanned<String>>,
    /// What happens to due times of `schedule` at which the job could not start: `"latest"` starts one run for the latest one as soon
    /// as possible, and `"none"` skips them.
    #[schemars(with = "Option<CatchUpLabel>", extend("default" = "latest"))]
    catch_up: Option<Spanned<CatchUpLabel>>,
    /// The names of jobs of the same organization; the job runs when each of them has completed.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    after: Option<Vec<Spanned<String>>>,
}

/// The label of a severity, or [`MERGE`].
#[derive(Clone, Copy, Debug)]
struct StandardErrorLabel(StandardError);

impl StandardErrorLabel {
    fn values() -> impl Iterator<Item = StandardError> + Clone {
        let separate = Severity::ALL.iter().map(|&severity| StandardError::Separate(severity));
        separate.chain([StandardError::Merged])
    }

    fn label(value: StandardError) -> Option<&'static str> {
        match value {
            StandardError::Separate(severity) => severity.label(),
            StandardError::Merged => Some(MERGE),
        }
    }
}

impl<'de> Deserialize<'de> for StandardErrorLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_label(deserializer, Self::values(), Self::label).map(Self)
    }
}

impl JsonSchema for StandardErrorLabel {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "StandardError".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let labels: Vec<_> = Self::values().filter_map(Self::label).collect();
        json_schema!({ "type": "string", "enum": labels })
    }
}

impl DeclaredJob for GatewayJob {
    fn id(&self) -> Option<Uuid> {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn runs_on(&self) -> &[String] {
        &self.runs_on
    }

    fn retention(&self) -> RetentionTable {
        self.retention.clone()
    }

    fn schedule(&self) -> ScheduleKeys {
        ScheduleKeys {
            schedule: self.schedule.clone(),
            time_zone: self.time_zone.clone(),
            catch_up: self.catch_up.clone(),
            after: self.after.clone(),
        }
    }

    fn into_work(self, directory: &Path) -> Result<Arc<dyn Work>> {
        let tables = [
            self.command.as_ref().map(|command| ("command", command.span())),
            self.http.as_ref().map(|http| ("http", http.span())),
            self.kubernetes.as_ref().map(|kubernetes| ("kubernetes", kubernetes.span())),
        ];
        let mut kinds = tables.into_iter().flatten();
        let first = kinds.next();
        if let (Some((first, _)), Some((second, span))) = (&first, kinds.next()) {
            return Err(anyhow!("it has a `{first}` and `{second}`. Remove one of them")).at(span);
        }
        match first {
            Some(("http", _)) => Ok(Arc::new(self.into_http_job(directory)?)),
            Some(("kubernetes", _)) => self.into_kubernetes_job(directory),
            _ => Ok(Arc::new(self.into_command(directory)?)),
        }
    }
}

impl GatewayJob {
    /// Checks the settings of the command.
    ///
    /// # Errors
    ///
    /// Fails if a setting is invalid.
    pub fn into_command(self, directory: &Path) -> Result<Command> {
        let command = self
            .command
            .context("it has nothing to run. Add a `command`, or a table `http` or `kubernetes`")?;
        let (program, arguments) = split_command(command.get_ref()).at(command.span())?;
        let environment = match self.environment {
            Some(environment) => {
                check_environment(environment.get_ref()).at(environment.span())?;
                environment.into_inner()
            }
            None => BTreeMap::new(),
        };
        let completed = parse_completed(self.completed)?;
        let timeout = self.timeout.map(|time| check_timeout(time.get_ref().0).at(time.span())).transpose()?;
        let encoding = match self.encoding {
            Some(label) => parse_encoding(label.get_ref()).at(label.span())?,
            None => UTF_8,
        };
        Ok(Command {
            program,
            arguments,
            directory: self.directory.map_or_else(|| directory.to_owned(), |d| directory.join(d)),
            environment,
            timeout,
            stop_grace: self.stop_grace.map_or(DEFAULT_STOP_GRACE, |t| t.0),
            leave_running: self.leave_running.unwrap_or(false),
            encoding,
            error: parse_patterns("error", self.error)?,
            warning: parse_patterns("warning", self.warning)?,
            stderr: self.stderr.map_or(StandardError::Separate(Severity::Warning), |s| s.0),
            completed,
        })
    }

    /// Checks the settings of the work in another engine.
    fn into_http_job(self, directory: &Path) -> Result<HttpJob> {
        let is_set = self.completed.is_some().then_some("completed").or(self.command_key());
        let http = self.http.context("it has no table `http`")?;
        refuse_command_key(is_set, "http").at(http.span())?;
        let settings = JobSettings {
            timeout: self.timeout.map(|time| check_timeout(time.get_ref().0).at(time.span())).transpose()?,
            error: parse_patterns("error", self.error)?,
            warning: parse_patterns("warning", self.warning)?,
        };
        let span = http.span();
        http.into_inner().check(settings, directory).at(span)
    }

    /// Checks the settings of the Job of a cluster.
    fn into_kubernetes_job(self, directory: &Path) -> Result<Arc<dyn Work>> {
        let is_set = self.command_key();
        let kubernetes = self.kubernetes.context("it has no table `kubernetes`")?;
        refuse_command_key(is_set, "kubernetes").at(kubernetes.span())?;
        let settings = RunSettings {
            timeout: self.timeout.map(|time| check_timeout(time.get_ref().0).at(time.span())).transpose()?,
            error: parse_patterns("error", self.error)?,
            warning: parse_patterns("warning", self.warning)?,
            completed: parse_completed(self.completed)?,
        };
        let span = kubernetes.span();
        kubernetes_job::work(kubernetes.into_inner(), settings, directory).at(span)
    }

    /// Returns a key of a command that is set.
    fn command_key(&self) -> Option<&'static str> {
        let is_set = [
            self.directory.is_some(),
            self.encoding.is_some(),
            self.environment.is_some(),
            self.leave_running.is_some(),
            self.stderr.is_some(),
            self.stop_grace.is_some(),
        ];
        COMMAND_KEYS.into_iter().zip(is_set).find(|(_, is_set)| *is_set).map(|(name, _)| name)
    }
}

fn refuse_command_key(key: Option<&str>, table: &str) -> Result<()> {
    match key {
        Some(name) => bail!("`{name}` is a setting of a `command`. Remove it from the job with `{table}`"),
        None => Ok(()),
    }
}

fn keys_schema(names: impl IntoIterator<Item = &'static str>) -> Vec<Value> {
    names.into_iter().map(|name| json!({ "required": [name] })).collect()
}

/// Returns the program and its arguments.
fn split_command(command: &[String]) -> Result<(String, Vec<String>)> {
    ensure_no_zero(command)?;
    let (program, arguments) = command
        .split_first()
        .filter(|(program, _)| !program.is_empty())
        .context("its `command` is empty. Name a program: command = [\"python3\", \"load.py\"]")?;
    Ok((program.clone(), arguments.to_vec()))
}

fn check_environment(environment: &BTreeMap<String, String>) -> Result<()> {
    ensure_no_zero(environment.values())?;
    match environment.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
        Some(name) => bail!("`environment` has {name:?}, which is not a valid name of a variable"),
        None => Ok(()),
    }
}

fn ensure_no_zero<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<()> {
    match texts.into_iter().find(|text| text.contains('\0')) {
        Some(text) => bail!("{text:?} contains a zero character, which no system passes on to a process"),
        None => Ok(()),
    }
}

fn parse_completed(codes: Option<Spanned<Vec<i32>>>) -> Result<Vec<i32>> {
    match codes {
        Some(codes) => check_completed(codes.get_ref()).at(codes.span()).map(|()| codes.into_inner()),
        None => Ok(vec![0]),
    }
}

fn check_completed(codes: &[i32]) -> Result<()> {
    ensure!(!codes.is_empty(), "`completed` is empty, so that every run would fail. Name an exit code");
    Ok(())
}

fn check_timeout(timeout: Duration) -> Result<Duration> {
    ensure!(!timeout.is_zero(), "its `timeout` is zero. Remove it for a job without a timeout");
    Ok(timeout)
}

fn parse_encoding(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).with_context(|| {
        format!(
            "`encoding` = {label:?} is unknown. Use a label of the WHATWG Encoding Standard, for instance utf-8, utf-16le, \
             utf-16be, latin1 (windows-1252), iso-8859-2, windows-1250, ibm866, shift_jis, euc-jp, gbk, big5"
        )
    })
}

fn parse_patterns(field: &str, patterns: Option<Vec<Spanned<String>>>) -> Result<RegexSet> {
    let patterns = patterns.unwrap_or_default();
    for pattern in &patterns {
        check_pattern(field, pattern.get_ref()).at(pattern.span())?;
    }
    RegexSet::new(patterns.iter().map(Spanned::get_ref)).with_context(|| format!("the patterns of `{field}`"))
}

fn check_pattern(field: &str, pattern: &str) -> Result<()> {
    Regex::new(pattern).map(drop).map_err(|error| {
        // The last line of several has the cause; the others show the pattern.
        let error = error.to_string();
        let cause = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        anyhow!("`{field}` has a pattern that is not a regular expression: {cause}")
    })
}
