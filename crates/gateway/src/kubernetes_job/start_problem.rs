//! Notices that a pod does not start.

use std::time::Duration;

use tokio::time::Instant;

use super::pod_report::PodReport;
use super::seen::Seen;
use super::session::Session;
use crate::runner::Exit;

/// How long a pod with a node may have a problem before it has failed. Images and secrets do not depend on other runs.
const MAX_PROBLEM_TIME: Duration = Duration::from_secs(120);

/// Writes a line about a new problem. Returns the reason if the pod cannot start, or does not start in time.
///
/// # Errors
///
/// Fails with the exit of the run if it no longer belongs to this node.
pub(super) async fn check_start(session: &mut Session<'_>, seen: &mut Seen) -> Result<Option<String>, Exit> {
    if seen.is_suspended || seen.pod.as_ref().is_some_and(PodReport::has_started) {
        seen.waiting_since = None;
        return Ok(None);
    }
    // Not by the times of the cluster, whose clock may differ.
    let waited = seen.waiting_since.get_or_insert_with(Instant::now).elapsed();
    let limit = session.job.start_timeout;
    let is_late = waited >= limit;
    let problem = seen.pod.as_ref().filter(|_| !seen.is_pod_gone).and_then(PodReport::start_problem);
    let Some(problem) = problem else {
        return Ok(if is_late { Some(late(&unexplained(session, seen).await, limit)) } else { None });
    };
    // A back-off alternates with its cause, and both are the same problem.
    let since = seen.problem.as_ref().map_or_else(Instant::now, |(_, since)| *since);
    let is_new = seen.problem.as_ref().is_none_or(|(reason, _)| *reason != problem.reason);
    seen.problem = Some((problem.reason, since));
    if is_late {
        return Ok(Some(late(&problem.text, limit)));
    }
    if problem.is_final || (problem.is_scheduled && since.elapsed() >= MAX_PROBLEM_TIME.min(limit)) {
        return Ok(Some(problem.text));
    }
    if is_new {
        seen.write_problem(session, problem.text).await?;
    }
    Ok(None)
}

fn late(text: &str, limit: Duration) -> String {
    format!("{text} The pod has not started within {} (start_timeout).", humantime::format_duration(limit))
}

/// Describes a problem that neither the Job nor its pod explains, but perhaps an event.
async fn unexplained(session: &Session<'_>, seen: &Seen) -> String {
    let (what, uid) = match &seen.pod {
        Some(pod) => (format!("The pod {} does not start", pod.name()), pod.uid().to_owned()),
        None => {
            ("Kubernetes has not created a pod".to_owned(), session.token.uid.clone().unwrap_or_default())
        }
    };
    match session.cluster.newest_warning(&uid).await {
        Some(warning) => format!("{what}: {warning}."),
        None => format!("{what}."),
    }
}
