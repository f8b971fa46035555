//! The arguments of tools.

use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;
use txjobs_sdk::types::TriggerId;

use crate::{args::MinSeverity, failure::Failure};

/// The most bytes of a text argument.
const MAX_TEXT_BYTES: usize = 500;

/// The default number and the maximum number of jobs in a list.
pub(super) const DEFAULT_JOBS: u32 = 100;
pub(super) const MAX_JOBS: u32 = 200;
/// The default number and the maximum number of runs in a history.
pub(super) const DEFAULT_RUNS: u32 = 10;
pub(super) const MAX_RUNS: u32 = 100;
/// The default number and the maximum number of lines of a log.
pub(super) const DEFAULT_LINES: u32 = 60;
pub(super) const MAX_LINES: u32 = 500;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListJobsArguments {
    /// List only jobs whose name contains this text, in any case.
    #[schemars(length(max = MAX_TEXT_BYTES))]
    name: Option<String>,
    /// Skip this many jobs. Use `next_offset` of an earlier result. The default is 0.
    #[schemars(range(min = 0))]
    offset: Option<i64>,
    /// The maximum number of jobs. The default is 100.
    #[schemars(range(min = 1, max = MAX_JOBS))]
    limit: Option<i64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JobArguments {
    /// The job: an id, a name, or the beginning of a name if only one job matches.
    #[schemars(length(min = 1, max = MAX_TEXT_BYTES))]
    job: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JobHistoryArguments {
    /// The job: an id, a name, or the beginning of a name if only one job matches.
    #[schemars(length(min = 1, max = MAX_TEXT_BYTES))]
    job: String,
    /// The maximum number of runs. The default is 10.
    #[schemars(range(min = 1, max = MAX_RUNS))]
    limit: Option<i64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JobLogArguments {
    /// The job: an id, a name, or the beginning of a name if only one job matches.
    #[schemars(length(min = 1, max = MAX_TEXT_BYTES))]
    job: String,
    /// The trigger id of a run. Without it, the newest run is used.
    #[schemars(extend("format" = "uuid"))]
    trigger_id: Option<String>,
    /// Return only lines with at least this severity.
    pub(super) severity: Option<SeverityArgument>,
    /// Return only lines that contain this text, in any case. It is not a pattern.
    #[schemars(length(min = 1, max = MAX_TEXT_BYTES))]
    grep: Option<String>,
    /// Return the lines in the order of the log, and skip this many of them. Use `next_offset` of an earlier result.
    #[schemars(range(min = 0))]
    offset: Option<i64>,
    /// The maximum number of lines. The default is 60.
    #[schemars(range(min = 1, max = MAX_LINES))]
    limit: Option<i64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum SeverityArgument {
    Information,
    Warning,
    Error,
}

impl From<SeverityArgument> for MinSeverity {
    fn from(severity: SeverityArgument) -> Self {
        match severity {
            SeverityArgument::Information => Self::Information,
            SeverityArgument::Warning => Self::Warning,
            SeverityArgument::Error => Self::Error,
        }
    }
}

impl ListJobsArguments {
    pub(super) fn name(&self) -> Result<&str, Failure> {
        check_length("name", self.name.as_deref().unwrap_or_default())
    }

    pub(super) fn limit(&self) -> Result<u32, Failure> {
        check_limit(self.limit, DEFAULT_JOBS, MAX_JOBS)
    }

    pub(super) fn offset(&self) -> Result<usize, Failure> {
        check_offset(self.offset.unwrap_or_default())
    }
}

impl JobArguments {
    pub(super) fn job(&self) -> Result<&str, Failure> {
        check_job(&self.job)
    }
}

impl JobHistoryArguments {
    pub(super) fn job(&self) -> Result<&str, Failure> {
        check_job(&self.job)
    }

    pub(super) fn limit(&self) -> Result<u32, Failure> {
        check_limit(self.limit, DEFAULT_RUNS, MAX_RUNS)
    }
}

impl JobLogArguments {
    pub(super) fn job(&self) -> Result<&str, Failure> {
        check_job(&self.job)
    }

    pub(super) fn grep(&self) -> Result<&str, Failure> {
        check_length("grep", self.grep.as_deref().unwrap_or_default())
    }

    pub(super) fn limit(&self) -> Result<u32, Failure> {
        check_limit(self.limit, DEFAULT_LINES, MAX_LINES)
    }

    pub(super) fn trigger_id(&self) -> Result<Option<TriggerId>, Failure> {
        let Some(text) = &self.trigger_id else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Failure::Usage(
                "The argument trigger_id is not a trigger id. To list the trigger ids: call job_history."
                    .to_owned(),
            )
        })
    }

    /// Returns how many matching lines to skip, or nothing if the call requests an overview.
    pub(super) fn offset(&self) -> Result<Option<usize>, Failure> {
        let selects_lines = self.severity.is_some() || self.grep.is_some() || self.offset.is_some();
        selects_lines.then(|| check_offset(self.offset.unwrap_or_default())).transpose()
    }
}

fn check_job(job: &str) -> Result<&str, Failure> {
    // An empty text is the beginning of every name.
    if job.trim().is_empty() {
        return Err(Failure::Usage(
            "The argument job is empty. Use an id or a name. To list the jobs: call list_jobs.".to_owned(),
        ));
    }
    check_length("job", job)
}

fn check_length<'a>(name: &str, text: &'a str) -> Result<&'a str, Failure> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Failure::Usage(format!(
            "The argument {name} is longer than {MAX_TEXT_BYTES} bytes. Use a shorter text."
        )));
    }
    Ok(text)
}

fn check_limit(limit: Option<i64>, default: u32, max: u32) -> Result<u32, Failure> {
    let Some(limit) = limit else { return Ok(default) };
    let valid = u32::try_from(limit).ok().filter(|limit| (1..=max).contains(limit));
    valid.ok_or_else(|| {
        Failure::Usage(format!("The argument limit is {limit}. It must be between 1 and {max}."))
    })
}

fn check_offset(offset: i64) -> Result<usize, Failure> {
    usize::try_from(offset)
        .map_err(|_| Failure::Usage(format!("The argument offset is {offset}. It must be 0 or higher.")))
}
