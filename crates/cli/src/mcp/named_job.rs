//! The job that a tool is about.

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;
use txjobs_sdk::types::Job;

use super::untrusted;
use crate::{failure::Failure, runs::job_lookup, session::Session};

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct NamedJob {
    /// The id of the job.
    pub(super) id: String,
    /// The name of the job.
    pub(super) name: String,
}

impl From<&Job> for NamedJob {
    fn from(job: &Job) -> Self {
        Self { id: job.id.to_string(), name: untrusted::clean_name(&job.name) }
    }
}

/// Returns the job that an argument identifies: by id, by name in any case, or by the beginning of only one name.
pub(super) async fn find(session: &Session, argument: &str) -> Result<Job, Failure> {
    job_lookup::select_job(job_lookup::list_jobs(session).await?, argument, "call list_jobs.")
}
