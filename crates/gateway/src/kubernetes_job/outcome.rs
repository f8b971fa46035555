//! How a run has ended.

use std::time::Duration;

use k8s_openapi::api::batch::v1::Job;
use txjobs_sdk::{ExecutionState, Severity};

use super::cluster::excerpt;
use super::pod_report::PodReport;
use super::settings::KubernetesJob;

/// How a Job has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum JobEnd {
    Complete,
    Failed { reason: String, message: String },
}

/// Returns how a Job has ended. `None`: it goes on.
pub(super) fn job_end(job: &Job) -> Option<JobEnd> {
    let conditions = job.status.as_ref()?.conditions.as_deref()?;
    conditions.iter().filter(|condition| condition.status == "True").find_map(|condition| {
        match condition.type_.as_str() {
            "Complete" => Some(JobEnd::Complete),
            "Failed" => Some(JobEnd::Failed {
                reason: condition.reason.clone().unwrap_or_default(),
                message: condition.message.clone().unwrap_or_default(),
            }),
            _ => None,
        }
    })
}

/// Returns the state of a run, or why it failed.
pub(super) fn outcome(
    job: &KubernetesJob,
    end: &JobEnd,
    pod: Option<&PodReport>,
    is_pod_gone: bool,
    worst: i64,
) -> Result<ExecutionState, String> {
    let code = pod.and_then(PodReport::exit_code);
    if let JobEnd::Failed { reason, .. } = end
        && reason == "DeadlineExceeded"
    {
        return Err(timed_out(job.timeout));
    }
    let by_kubernetes = pod.and_then(PodReport::ended_by_kubernetes);
    let is_failed = matches!(end, JobEnd::Failed { .. });
    match (by_kubernetes, code) {
        (Some(text), _) if is_failed => return Err(text),
        (_, Some(code)) if job.completed.contains(&code) => return Ok(from_worst(worst)),
        (_, Some(code)) => {
            let text = pod.and_then(PodReport::failed_container);
            return Err(
                text.unwrap_or_else(|| format!("The container {:?} exited with code {code}.", job.container))
            );
        }
        (_, None) if !is_failed => return Ok(from_worst(worst)),
        _ => {}
    }
    if let Some(text) = pod.and_then(PodReport::failed_container) {
        return Err(text);
    }
    if let Some(pod) = pod.filter(|_| is_pod_gone) {
        return Err(format!("The pod {} was deleted before it had ended.", pod.name()));
    }
    let JobEnd::Failed { reason, message } = end else { return Ok(from_worst(worst)) };
    let message = excerpt(message);
    let colon = if reason.is_empty() || message.is_empty() { "" } else { ": " };
    Err(format!("Kubernetes reports that the Job failed: {reason}{colon}{message}."))
}

/// Says that a run took too long.
pub(super) fn timed_out(timeout: Duration) -> String {
    let timeout = humantime::format_duration(timeout);
    format!("The run took longer than its timeout of {timeout} and was ended (DeadlineExceeded).")
}

/// Returns the state of a run that completed. As with a command, a line can make it worse.
fn from_worst(worst: i64) -> ExecutionState {
    if worst >= Severity::Error.number() {
        ExecutionState::CompletedWithErrors
    } else if worst >= Severity::Warning.number() {
        ExecutionState::CompletedWithWarnings
    } else {
        ExecutionState::Completed
    }
}
