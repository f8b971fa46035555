//! What a killed gateway left unfinished.

use std::collections::HashMap;

use futures::future::join_all;
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use super::processes::{Processes, Report, list};
use crate::clock::Clock;
use crate::config::{DEFAULT_STOP_GRACE, Work};
use txjobs_store::{Result, Run, RunResult, Store};

const KILLED: &str = "The gateway was killed or crashed while the job was running, so the run was given up.";
const UNDECLARED: &str = "The job was taken out of gateway.toml before the run started.";

/// Ends the runs that an earlier gateway left unfinished, and their processes, within the job's `stop_grace`. Call this before a
/// runner uses the store, and only in the gateway that holds its lock.
///
/// # Errors
///
/// The store does not answer.
pub async fn recover(store: &Store, clock: &Clock, works: &HashMap<Uuid, Work>) -> Result<()> {
    let runs = store.running_runs().await?;
    let reports = join_all(runs.iter().map(|run| end_processes(run, works))).await;
    for (run, report) in runs.iter().zip(reports) {
        let because = killed(&report);
        tracing::warn!(job = %run.job, trigger = %run.trigger_id, "{because}");
        end(store, clock, run, &because).await?;
    }
    for run in store.orphaned_runs().await? {
        tracing::warn!(job = %run.job, trigger = %run.trigger_id, "{UNDECLARED}");
        end(store, clock, &run, UNDECLARED).await?;
    }
    Ok(())
}

async fn end_processes(run: &Run, works: &HashMap<Uuid, Work>) -> Report {
    let grace = match works.get(&run.job) {
        Some(Work::Command(command)) => command.stop_grace,
        Some(Work::Script(_)) | None => DEFAULT_STOP_GRACE,
    };
    Processes::of_run(run.trigger_id).end(None, grace, std::future::pending()).await
}

async fn end(store: &Store, clock: &Clock, run: &Run, because: &str) -> Result<ExecutionState> {
    let ending = RunResult { state: ExecutionState::Failed, error: Some(because.to_owned()) };
    // The clock may have been set back since the last gateway wrote.
    let now = clock.now().max(store.latest_time(run).await?);
    store.end_run(run, &ending, now).await
}

/// Returns the last line of the run.
fn killed(report: &Report) -> String {
    let mut text = KILLED.to_owned();
    let ended: Vec<_> = report.ended.values().chain(report.killed.values()).collect();
    if !ended.is_empty() {
        let names = list(ended.into_iter());
        text.push_str(&format!(" What still ran at the next start was ended: {names}."));
    }
    if !report.remaining.is_empty() {
        let reasons = report.remaining.values().map(|(name, reason)| format!("{name}, {reason}"));
        text.push_str(&format!(" Could not be ended: {}.", list(reasons)));
    }
    if let Some(error) = &report.search_error {
        text.push_str(&format!(" It is not known whether all its processes have ended: {error}."));
    }
    text
}
