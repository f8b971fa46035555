//! Follows a run to its end, and ends it early.

use std::time::Duration;

use super::cancel::delete;
use super::cluster::ClusterError;
use super::log_copy::{copy_lines, open_log, read_rest};
use super::outcome::{JobEnd, job_end, outcome, timed_out};
use super::pod_report::PodReport;
use super::seen::Seen;
use super::session::Session;
use super::start::create;
use super::start_problem::check_start;
use crate::runner::{Exit, Interrupt};

/// The first pause between two looks at the Job, which doubles up to the longest one. So a short run is noticed soon.
const FIRST_INTERVAL: Duration = Duration::from_millis(500);
const MAX_INTERVAL: Duration = Duration::from_secs(5);
/// How many refused requests in a row end a run.
const MAX_REFUSED: u32 = 4;
/// How long Kubernetes gets to report the end of a run after its timeout, before the gateway ends the run itself.
const TIMEOUT_MARGIN: Duration = Duration::from_secs(30);
/// The least time for a run that is continued. It may have ended in time while nobody followed it.
const MIN_TIME: Duration = Duration::from_secs(30);

/// Why a run is ended before Kubernetes reports its end.
enum Stop {
    Interrupted(Interrupt),
    TimedOut,
    Failed(String),
}

/// Creates the Job if necessary, follows it to its end, and deletes it if the run is interrupted.
pub(super) async fn follow(session: &mut Session<'_>) -> Exit {
    let context = session.context;
    let passed = context.clock.now().saturating_sub(session.token.started_at);
    let passed = Duration::from_micros(u64::try_from(passed).unwrap_or_default());
    let limit = session.job.timeout.saturating_add(TIMEOUT_MARGIN);
    let stop = tokio::select! {
        biased;
        interrupt = context.interrupts.wait() => Stop::Interrupted(interrupt),
        end = follow_to_end(session) => match end {
            Ok(Followed::Ended(exit)) | Err(exit) => return exit,
            Ok(Followed::NeverStarts(reason)) => Stop::Failed(reason),
        },
        () = context.clock.sleep(limit.saturating_sub(passed).max(MIN_TIME)) => Stop::TimedOut,
    };
    if let Stop::Interrupted(Interrupt::Shutdown | Interrupt::Lost) = stop {
        return Exit::Detached;
    }
    let deleted = tokio::select! {
        biased;
        _ = context.interrupts.left() => return Exit::Detached,
        deleted = delete(session) => deleted,
    };
    match (deleted, stop) {
        (Err(exit), _) => exit,
        (Ok(()), Stop::Interrupted(interrupt)) => Exit::Interrupted(interrupt),
        (Ok(()), Stop::TimedOut) => Exit::Failed(timed_out(session.job.timeout)),
        (Ok(()), Stop::Failed(reason)) => Exit::Failed(reason),
    }
}

/// The end of [`follow_to_end`].
enum Followed {
    Ended(Exit),
    NeverStarts(String),
}

/// Can be dropped and called again: what must not happen twice is noted in the session before it happens.
async fn follow_to_end(session: &mut Session<'_>) -> Result<Followed, Exit> {
    if session.token.uid.is_none() {
        create(session).await?;
    }
    let mut seen = Seen::default();
    let mut log = None;
    let mut interval = FIRST_INTERVAL;
    loop {
        match look(session, &mut seen).await {
            Ok(Some(end)) => {
                drop(log);
                read_rest(session, &mut seen).await?;
                return Ok(Followed::Ended(finish(session, &seen, &end)));
            }
            Ok(None) => seen.note_available(session).await?,
            Err(ClusterError::Unavailable(cause)) => seen.note_unavailable(session, &cause).await?,
            Err(error) if error.is_missing_job() => return Ok(Followed::Ended(gone(session, &seen))),
            Err(error) => {
                seen.refused += 1;
                if seen.refused >= MAX_REFUSED {
                    let (cause, advice) = (error.cause(), error.advice(&session.cluster.namespace));
                    return Ok(Followed::Ended(Exit::Failed(format!(
                        "The state of the run cannot be read: {cause}.{advice} It may go on in Kubernetes: {}.",
                        session.place()
                    ))));
                }
            }
        }
        if let Some(reason) = check_start(session, &mut seen).await? {
            return Ok(Followed::NeverStarts(reason));
        }
        if log.is_none() && seen.pod.as_ref().is_some_and(PodReport::has_log) && !seen.is_pod_gone {
            log = open_log(session, &mut seen, true).await?;
        }
        copy_lines(session, &mut log, interval).await?;
        interval = (interval * 2).min(MAX_INTERVAL);
        // The Job ends soon after its pod, unless the pod has other containers.
        let has_pod_ended = seen.pod.as_ref().is_some_and(PodReport::has_ended);
        if has_pod_ended && !std::mem::replace(&mut seen.has_pod_ended, true) {
            interval = FIRST_INTERVAL;
        }
    }
}

/// Reads the state of the Job and of its pod. Returns how the Job has ended, if it has.
async fn look(session: &mut Session<'_>, seen: &mut Seen) -> Result<Option<JobEnd>, ClusterError> {
    let job = session.cluster.get_job(&session.job_name).await?;
    if job.metadata.uid != session.token.uid {
        return Err(ClusterError::replaced_job());
    }
    let pod = session.cluster.newest_pod(&session.pod_selector()).await?;
    seen.refused = 0;
    seen.is_pod_gone = pod.is_none() && seen.pod.is_some();
    seen.is_suspended = job.spec.as_ref().and_then(|spec| spec.suspend).unwrap_or_default();
    // A pod that is gone was the last one, and says why it ended.
    if let Some(pod) = pod {
        seen.pod = Some(PodReport::new(pod, &session.job.container));
    }
    Ok(job_end(&job))
}

fn finish(session: &Session<'_>, seen: &Seen, end: &JobEnd) -> Exit {
    match outcome(session.job, end, seen.pod.as_ref(), seen.is_pod_gone, session.token.worst) {
        Ok(state) => Exit::State(state),
        Err(reason) => Exit::Failed(reason),
    }
}

/// Returns the exit of a run whose Job is gone.
fn gone(session: &Session<'_>, seen: &Seen) -> Exit {
    let pod = seen.pod.as_ref().and_then(|pod| pod.ended_by_kubernetes().or_else(|| pod.failed_container()));
    let pod = pod.map(|text| format!(" {text}")).unwrap_or_default();
    Exit::Failed(format!(
        "The Job {} was deleted from the namespace {} before the gateway could read how it ended.{pod}",
        session.job_name, session.cluster.namespace
    ))
}
