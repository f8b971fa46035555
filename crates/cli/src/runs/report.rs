//! The outcome of a run for programs.

use serde::Serialize;
use txjobs_sdk::{
    Severity,
    types::{Job, JobExecution, JobExecutionLog, JobId, TriggerId},
};

use crate::{exit::Exit, failure::Failure, output::ErrorFields};

/// The number of all lines, warnings and errors in a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineCounts {
    pub(crate) lines: usize,
    pub(crate) warnings: usize,
    pub(crate) errors: usize,
}

impl LineCounts {
    pub(crate) fn of(lines: &[JobExecutionLog]) -> Self {
        let mut counts = Self::default();
        lines.iter().for_each(|line| counts.add(line.severity));
        counts
    }

    pub(crate) fn add(&mut self, severity: Severity) {
        self.lines += 1;
        match severity {
            Severity::Warning => self.warnings += 1,
            Severity::Error => self.errors += 1,
            Severity::Information | Severity::Unknown(_) => {}
        }
    }
}

/// The JSON document of a run: the fields of the execution, and what this program adds.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RunReport<'a> {
    #[serde(flatten)]
    identity: Identity<'a>,
    job_name: &'a str,
    exit_code: u8,
    warnings: usize,
    errors: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorFields>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Identity<'a> {
    Execution(&'a JobExecution),
    #[serde(rename_all = "PascalCase")]
    Run {
        job_id: JobId,
        trigger_id: Option<TriggerId>,
    },
}

impl<'a> RunReport<'a> {
    pub(crate) fn ended(
        job: &'a Job,
        execution: &'a JobExecution,
        counts: LineCounts,
        exit: Exit,
        link: Option<String>,
    ) -> Self {
        Self {
            identity: Identity::Execution(execution),
            job_name: &job.name,
            exit_code: exit.code(),
            warnings: counts.warnings,
            errors: counts.errors,
            link,
            error: None,
        }
    }

    pub(crate) fn failed(
        job: &'a Job,
        trigger_id: Option<TriggerId>,
        counts: LineCounts,
        failure: &Failure,
        link: Option<String>,
    ) -> Self {
        Self {
            identity: Identity::Run { job_id: job.id, trigger_id },
            job_name: &job.name,
            exit_code: failure.exit().code(),
            warnings: counts.warnings,
            errors: counts.errors,
            link,
            error: Some(ErrorFields::new(failure)),
        }
    }
}
