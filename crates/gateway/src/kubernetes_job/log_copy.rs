//! Copies the log of the pod to that of the run.

use std::time::Duration;

use txjobs_sdk::Severity;

use super::cluster::ClusterError;
use super::pod_log::{LogEvent, PodLog};
use super::pod_report::PodReport;
use super::seen::Seen;
use super::session::Session;
use crate::runner::Exit;

/// The pause before a log is opened again.
const PAUSE: Duration = Duration::from_millis(500);
/// How often the rest of the log is requested after the end of the run.
const MAX_LAST_READS: u32 = 4;
/// The longest time of the last reading of a log.
const MAX_LAST_READ_TIME: Duration = Duration::from_secs(600);

/// Copies the lines of the log for this time, or until the log ends.
pub(super) async fn copy_lines(
    session: &mut Session<'_>,
    log: &mut Option<PodLog>,
    time: Duration,
) -> Result<(), Exit> {
    let mut wait = std::pin::pin!(tokio::time::sleep(time));
    loop {
        let next = async {
            match log {
                Some(log) => log.next().await,
                None => std::future::pending().await,
            }
        };
        let event = tokio::select! {
            event = next => event,
            () = &mut wait => return Ok(()),
        };
        match event {
            LogEvent::Line(line) => session.write_pod_line(line).await?,
            // The container has ended, or the connection. The next look says which.
            LogEvent::Ended | LogEvent::Failed(_) => {
                *log = None;
                tokio::time::sleep(PAUSE.min(time)).await;
                return Ok(());
            }
        }
    }
}

/// Opens the log where it was left. Returns `None` if that is not possible now.
pub(super) async fn open_log(
    session: &mut Session<'_>,
    seen: &mut Seen,
    is_followed: bool,
) -> Result<Option<PodLog>, Exit> {
    let Some(pod) = &seen.pod else { return Ok(None) };
    let name = pod.name().to_owned();
    if session.token.pod.as_ref() != Some(&name) {
        // Kubernetes promises one pod, but in rare cases starts another one. Its log begins anew.
        if session.token.pod.is_some() {
            session.forget_log();
        }
        session.token.pod = Some(name.clone());
        session.checkpoint().await?;
    }
    let position = session.token.log.clone();
    let opened = session.cluster.open_log(&name, &session.job.container, position.since(), is_followed).await;
    match opened {
        Ok(stream) => Ok(Some(PodLog::new(stream, position.skip(), !is_followed))),
        Err(ClusterError::Refused { code: code @ (401 | 403), message, reason }) => {
            if !std::mem::replace(&mut seen.has_log_problem, true) {
                let error = ClusterError::Refused { code, message, reason };
                let advice = error.advice(&session.cluster.namespace);
                let text = format!("The log of the pod {name} cannot be read: {}.{advice}", error.cause());
                session.write(Severity::Warning, text).await?;
            }
            Ok(None)
        }
        // The container or its node is not ready, or the server is away.
        Err(_) => Ok(None),
    }
}

/// Reads the lines of an ended pod that were not read yet.
pub(super) async fn read_rest(session: &mut Session<'_>, seen: &mut Seen) -> Result<(), Exit> {
    if !seen.pod.as_ref().is_some_and(PodReport::has_log) || seen.is_pod_gone {
        return Ok(());
    }
    let mut cause = "it cannot be opened".to_owned();
    for attempt in 0..MAX_LAST_READS {
        tokio::time::sleep(PAUSE * attempt).await;
        let Some(mut log) = open_log(session, seen, false).await? else { continue };
        let read = async {
            loop {
                match log.next().await {
                    LogEvent::Line(line) => session.write_pod_line(line).await?,
                    LogEvent::Ended => return Ok(Ok(())),
                    LogEvent::Failed(cause) => return Ok(Err(cause)),
                }
            }
        };
        match tokio::time::timeout(MAX_LAST_READ_TIME, read).await {
            Ok(Ok(Ok(()))) => return Ok(()),
            Ok(Ok(Err(error))) => cause = error,
            Ok(Err(exit)) => return Err(exit),
            Err(_) => cause = "it takes too long".to_owned(),
        }
    }
    if !seen.has_log_problem {
        let text = format!("The end of the pod's log cannot be read: {cause}.");
        session.write(Severity::Warning, text).await?;
    }
    Ok(())
}
