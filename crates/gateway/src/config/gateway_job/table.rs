//! The table `organization.job`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use uuid::Uuid;

use super::command_keys::{COMMAND_KEYS, keys_schema};
use super::standard_error_label::StandardErrorLabel;
use crate::config::declared_job::DeclaredJob;
use crate::config::duration::ConfigDuration;
use crate::config::http_job::HttpTable;
use crate::config::kubernetes_job::KubernetesTable;
use crate::config::location::At;
use crate::config::retention::RetentionTable;
use crate::config::schedule::{CatchUpLabel, ScheduleKeys};
use crate::runner::Work;

/// The forms of a UUID. The version of JSON Schema that editors know has no format for them.
const UUID_PATTERN: &str = r"^(urn:uuid:)?\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$";

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
    pub(super) id: Option<Uuid>,
    /// The name that clients see.
    #[schemars(length(min = 1))]
    pub(super) name: String,
    /// The program and its arguments, without a shell. A job has one of `command`, `http`, and `kubernetes`.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) command: Option<Spanned<Vec<String>>>,
    /// A run in another engine, which a request starts and further requests poll to its end.
    #[schemars(with = "Option<HttpTable>")]
    pub(super) http: Option<Spanned<HttpTable>>,
    /// A Job of a Kubernetes cluster. The gateway must be built with the feature `kubernetes`.
    #[schemars(with = "Option<KubernetesTable>")]
    pub(super) kubernetes: Option<Spanned<KubernetesTable>>,
    /// The working directory of the command, relative to the file.
    #[schemars(extend("x-default" = "the folder of the file"))]
    pub(super) directory: Option<PathBuf>,
    /// Additional environment variables.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub(super) environment: Option<Spanned<BTreeMap<String, String>>>,
    /// The maximum duration of a run.
    #[schemars(with = "Option<ConfigDuration>", extend("x-default" = "none, and `\"24h\"` with `http` and `kubernetes`"))]
    pub(super) timeout: Option<Spanned<ConfigDuration>>,
    /// The time between SIGTERM and SIGKILL.
    #[schemars(extend("default" = "5s"))]
    pub(super) stop_grace: Option<ConfigDuration>,
    /// With `true`, processes that remain when the command exits continue.
    #[schemars(extend("default" = false))]
    pub(super) leave_running: Option<bool>,
    /// The encoding of the output, a label of the
    /// [WHATWG Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels) such as `utf-16le` or `latin1`.
    #[schemars(with = "Option<String>", extend("default" = "utf-8"))]
    pub(super) encoding: Option<Spanned<String>>,
    /// Regular expressions; a line that contains a match is a warning.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) warning: Option<Vec<Spanned<String>>>,
    /// Regular expressions; a line that contains a match is an error.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) error: Option<Vec<Spanned<String>>>,
    /// The severity of a line of standard error that matches no pattern: `"information"`, `"warning"`, or `"error"`; or `"merge"`
    /// for one pipe with standard output.
    #[schemars(extend("default" = "warning"))]
    pub(super) stderr: Option<StandardErrorLabel>,
    /// The exit codes of a run that did not fail.
    #[schemars(with = "Option<Vec<i32>>", length(min = 1), extend("default" = [0]))]
    pub(super) completed: Option<Spanned<Vec<i32>>>,
    /// Labels. Only nodes that have all of them run the job. A run waits for such a node.
    #[serde(default)]
    #[schemars(extend("x-default" = "none"))]
    pub(super) runs_on: Vec<String>,
    /// Which ended runs of this job are kept. Each setting replaces that of the file.
    #[serde(default)]
    #[schemars(extend("x-default" = "that of the file"))]
    pub(super) retention: RetentionTable,
    /// When the job starts by itself, as a cron expression of five fields: minute, hour, day of the month, month, day of the week.
    #[schemars(with = "Option<String>")]
    pub(super) schedule: Option<Spanned<String>>,
    /// The time zone of `schedule`, a name of the IANA database such as `Europe/Copenhagen`.
    #[schemars(with = "Option<String>", extend("default" = "UTC"))]
    pub(super) time_zone: Option<Spanned<String>>,
    /// What happens to missed due times: `"latest"` starts one run as soon as possible, and `"none"` skips them.
    #[schemars(with = "Option<CatchUpLabel>", extend("default" = "latest"))]
    pub(super) catch_up: Option<Spanned<CatchUpLabel>>,
    /// The names of jobs of the same organization; the job runs when each of them has completed.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) after: Option<Spanned<Vec<Spanned<String>>>>,
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
