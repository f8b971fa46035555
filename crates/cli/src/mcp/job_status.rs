//! The tool `job_status`.

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;
use txjobs_sdk::{Error, paths};

use super::{
    answer::{Answer, UNTRUSTED_NOTICE},
    arguments::JobArguments,
    named_job::{self, NamedJob},
};
use crate::{failure::Failure, session::Session};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Status {
    job: NamedJob,
    /// `idle`, `pending`, or `running`. The status does not show how the last run ended.
    status: String,
}

pub(super) async fn call(session: &Session, arguments: &JobArguments) -> Result<Answer<Status>, Failure> {
    let job = named_job::find(session, arguments.job()?).await?;
    let response = session.client.get_job_status().job_id(job.id).send().await;
    let status = response.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?.into_inner();
    let status = Status { job: NamedJob::from(&job), status: status.status.to_string() };
    let text = format!(
        "{}: {}. The status does not show how the last run ended. For that, call job_history. {UNTRUSTED_NOTICE}",
        status.job.name, status.status
    );
    Ok(Answer { data: status, text })
}
