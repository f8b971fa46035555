//! The status of a job, as the contract's type.

use txjobs_sdk::JobStatusCode;
use txjobs_sdk::types::{JobId, JobStatus};
use uuid::Uuid;

/// Returns the status of a job with a sentence for people.
pub(super) fn job_status(job: Uuid, status: JobStatusCode) -> JobStatus {
    JobStatus { job_id: JobId(job), message: Some(format!("The job is {status}.")), status }
}
