//! Ends the runs that an earlier gateway left unfinished.

use futures::future::join_all;
use txjobs_sdk::ExecutionState;
use txjobs_store::{ErrorKind, NodeId, OrphanedRun, Result, Run, RunResult, Store};

use super::removed_job::removed_job_message;
use super::work::{DEFAULT_STOP_GRACE, WorkResolver};
use crate::clock::SharedClock;
use txjobs_processes::{Processes, Report, join_names};

const KILLED: &str = "The gateway was killed or crashed while the job was running, so the run was given up.";

/// Ends the runs that these nodes left unfinished, whose processes on this machine have ended, and deletes the nodes. Processes of
/// the runs get the stop grace of the job, also if other nodes have ended the runs meanwhile. Returns the runs that it ended as failed.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn recover(
    store: &dyn Store,
    clock: &SharedClock,
    resolver: &dyn WorkResolver,
    ended: &[NodeId],
) -> Result<Vec<Run>> {
    let mut ended_runs = Vec::new();
    let runs = store.unfinished_runs_of(ended).await?;
    let reports = join_all(runs.iter().map(|run| end_processes(run, resolver))).await;
    for (run, report) in runs.iter().zip(reports) {
        let reason = killed_message(&report?);
        tracing::warn!(job = %run.job, run = %run.unique_id(), "{reason}");
        ended_runs.extend(end_run(store, clock, run, &reason).await?);
    }
    for node in ended {
        store.delete_node(*node).await?;
    }
    ended_runs.extend(end_orphaned_runs(store, clock).await?);
    Ok(ended_runs)
}

/// Ends the runs of jobs that are no longer declared and that no node executes, as failed. Returns those that it ended.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn end_orphaned_runs(store: &dyn Store, clock: &SharedClock) -> Result<Vec<Run>> {
    let mut ended_runs = Vec::new();
    for OrphanedRun { run, goes_on_elsewhere, link } in store.orphaned_runs().await? {
        let reason = removed_job_message(goes_on_elsewhere, link.as_deref());
        // Another node may have begun to follow it again.
        let Some(run) = end_run(store, clock, &run, &reason).await? else { continue };
        tracing::warn!(job = %run.job, run = %run.unique_id(), "{reason}");
        ended_runs.push(run);
    }
    Ok(ended_runs)
}

async fn end_processes(run: &Run, resolver: &dyn WorkResolver) -> Result<Report> {
    let grace = resolver.resolve(run.job).await?.map_or(DEFAULT_STOP_GRACE, |work| work.stop_grace());
    Ok(Processes::of_run(run.unique_id()).end(None, grace, std::future::pending()).await)
}

/// Ends a run as failed. Returns `None` if another node has ended it.
async fn end_run(store: &dyn Store, clock: &SharedClock, run: &Run, reason: &str) -> Result<Option<Run>> {
    let ending = RunResult { state: ExecutionState::Failed, error: Some(reason.to_owned()) };
    // The clock may have been set back since the earlier gateway wrote.
    let now = clock.now().max(store.latest_time(run).await?);
    match store.end_run(run, &ending, now).await {
        Err(error) if error.kind() == ErrorKind::NotOwner => Ok(None),
        result => result.map(|_| Some(*run)),
    }
}

/// Returns the last line of the log of a run that was killed with its gateway.
fn killed_message(report: &Report) -> String {
    let mut text = KILLED.to_owned();
    let ended: Vec<_> = report.ended.values().chain(report.killed.values()).collect();
    if !ended.is_empty() {
        let names = join_names(ended.into_iter());
        text.push_str(&format!(" Processes that were still running at the next start were ended: {names}."));
    }
    if !report.remaining.is_empty() {
        let reasons = report.remaining.values().map(|(name, reason)| format!("{name}, {reason}"));
        text.push_str(&format!(" Could not be ended: {}.", join_names(reasons)));
    }
    if let Some(error) = &report.search_error {
        text.push_str(&format!(" It is not known whether all its processes have ended: {error}."));
    }
    text
}
