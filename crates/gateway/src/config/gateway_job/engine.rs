//! A job that starts work in another engine.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::command_keys::COMMAND_KEYS;
use super::common::{parse_completed, parse_patterns, parse_timeout};
use super::table::GatewayJob;
use crate::config::http_job::JobSettings;
use crate::config::kubernetes_job::{self, RunSettings};
use crate::config::location::At;
use crate::http_job::HttpJob;
use crate::runner::Work;

impl GatewayJob {
    /// Checks the settings of the work in another engine.
    pub(super) fn into_http_job(self, directory: &Path) -> Result<HttpJob> {
        let is_set = self.completed.is_some().then_some("completed").or(self.command_key());
        let http = self.http.context("it has no table `http`")?;
        refuse_command_key(is_set, "http").at(http.span())?;
        let settings = JobSettings {
            timeout: parse_timeout(self.timeout)?,
            error: parse_patterns("error", self.error)?,
            warning: parse_patterns("warning", self.warning)?,
        };
        let span = http.span();
        http.into_inner().check(settings, directory).at(span)
    }

    /// Checks the settings of the Job of a cluster.
    pub(super) fn into_kubernetes_job(self, directory: &Path) -> Result<Arc<dyn Work>> {
        let is_set = self.command_key();
        let kubernetes = self.kubernetes.context("it has no table `kubernetes`")?;
        refuse_command_key(is_set, "kubernetes").at(kubernetes.span())?;
        let settings = RunSettings {
            timeout: parse_timeout(self.timeout)?,
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

/// Refuses a key of a command in a job with another table.
fn refuse_command_key(key: Option<&str>, table: &str) -> Result<()> {
    match key {
        Some(name) => bail!("`{name}` is a setting of a `command`. Remove it from the job with `{table}`"),
        None => Ok(()),
    }
}
