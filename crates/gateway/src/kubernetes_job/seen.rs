//! What was seen of a Job and its pod.

use tokio::time::Instant;
use txjobs_sdk::Severity;

use super::pod_report::PodReport;
use super::session::Session;
use crate::runner::Exit;

/// How many lines about problems that may pass the log of a run has at most.
pub(super) const MAX_PROBLEM_LINES: u32 = 20;

/// What was seen of a Job and its pod.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The newest pod, also when it is gone.
    pub pod: Option<PodReport>,
    pub is_pod_gone: bool,
    pub has_pod_ended: bool,
    /// Whether something else decides when the Job starts.
    pub is_suspended: bool,
    /// Since when the Job has waited for the start of a pod.
    pub waiting_since: Option<Instant>,
    /// The reason of the last line about the start of the pod, and since when there is a problem.
    pub problem: Option<(String, Instant)>,
    /// How many lines about problems were written.
    pub lines: u32,
    /// How many requests in a row were refused.
    pub refused: u32,
    pub is_unavailable: bool,
    pub has_log_problem: bool,
}

impl Seen {
    /// Notes that the API server responds.
    pub async fn note_available(&mut self, session: &mut Session<'_>) -> Result<(), Exit> {
        if std::mem::take(&mut self.is_unavailable) && self.lines <= MAX_PROBLEM_LINES {
            session
                .write(Severity::Information, "The state of the run can be read again.".to_owned())
                .await?;
        }
        Ok(())
    }

    /// Notes that the API server does not respond.
    pub async fn note_unavailable(&mut self, session: &mut Session<'_>, cause: &str) -> Result<(), Exit> {
        if !std::mem::replace(&mut self.is_unavailable, true) {
            let text = format!("The state of the run cannot be read now: {cause}. It is requested again.");
            self.write_problem(session, text).await?;
        }
        Ok(())
    }

    /// Writes a line about a problem, unless there were many. It is no warning: a problem that passes does not make the run worse.
    pub async fn write_problem(&mut self, session: &mut Session<'_>, text: String) -> Result<(), Exit> {
        self.lines += 1;
        if self.lines <= MAX_PROBLEM_LINES {
            session.write(Severity::Information, text).await?;
        }
        Ok(())
    }
}
