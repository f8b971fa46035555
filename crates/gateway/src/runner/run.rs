//! Executes one run, from its claim to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tracing::Span;
use txjobs_sdk::{ExecutionState, Severity};
use txjobs_store::{ClaimedRun, Run, RunResult, SharedStore};

use super::handle::RunnerHandle;
use super::interrupts::{Interrupt, Interrupts};
use super::log::{Log, LogSignals};
use super::removed_job::removed_job_message;
use super::resumption::Resumption;
use super::retry::{RETRY_INTERVAL, retry_until_ok};
use super::shutdown::Shutdown;
use super::slots::WaitTime;
use super::work::{Exit, RunContext, WorkResolver};
use crate::clock::{RunClock, SharedClock};
use crate::metrics::RunMetrics;
use crate::telemetry;
use txjobs_processes::Processes;

/// The reason of a run that its node ended because it could not prove that the run belongs to it.
const LOST: &str =
    "The node could not reach the database for too long while the job was running, and ended it.";

/// What the execution of a run needs.
#[derive(Clone, Debug)]
pub(super) struct Executor {
    pub store: SharedStore,
    pub clock: SharedClock,
    pub handle: RunnerHandle,
    pub resolver: Arc<dyn WorkResolver>,
    pub shutdown: Shutdown,
    /// Cancels the repetition of failing writes.
    pub give_up: CancellationToken,
    /// Where the ends of runs are recorded.
    pub metrics: RunMetrics,
}

/// A run to execute, and what belongs to its claim.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub claimed: ClaimedRun,
    pub clock: RunClock,
    pub wait_time: Option<WaitTime>,
    /// Canceled when the run may belong to another node.
    pub lost: CancellationToken,
}

/// Executes a run and stores its end.
pub(super) async fn execute(executor: &Executor, mut assignment: Assignment) {
    let ClaimedRun { run, created_at, .. } = assignment.claimed;
    tracing::info!(job = %run.job, run = %run.unique_id(), "run started");
    // The clock may have been set back since the request, or since another node wrote the log.
    assignment.clock.advance_to(created_at);
    if assignment.claimed.resume_token.is_some() {
        let latest = retry_until_ok(&executor.give_up, || executor.store.latest_time(&run)).await;
        let Some(latest) = latest else { return };
        assignment.clock.advance_to(latest);
    }
    let clock = assignment.clock.clone();
    let own_executor = executor.clone();
    let attempt = async move { attempt(&own_executor, assignment).await };
    let ending = match catch_panic(attempt).await {
        Ok(Some(ending)) => ending,
        Ok(None) => {
            tracing::info!(job = %run.job, run = %run.unique_id(), "run goes on elsewhere");
            return;
        }
        Err(panic) => {
            tracing::error!(%panic, run = %run.unique_id(), "the gateway's own code failed at a run");
            end_processes(executor, &run).await;
            failed(
                "The gateway itself failed at this run. Its log on standard error has the details."
                    .to_owned(),
            )
        }
    };
    let state = loop {
        let (store, give_up) = (Arc::clone(&executor.store), executor.give_up.clone());
        let (ending, clock) = (ending.clone(), clock.clone());
        let end = async move { retry_until_ok(&give_up, || store.end_run(&run, &ending, clock.now())).await };
        match catch_panic(end).await {
            Ok(state) => break state,
            Err(panic) => {
                tracing::error!(%panic, run = %run.unique_id(), "the end of a run failed; trying again");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_INTERVAL) => {}
            () = executor.give_up.cancelled() => break None,
        }
    };
    match state {
        Some(state) => {
            let ended_at = clock.now();
            // With the time on earlier nodes.
            let duration = u64::try_from(ended_at.saturating_sub(created_at)).unwrap_or_default();
            executor.metrics.record_end(run.job, state, ended_at, Some(Duration::from_micros(duration)));
            telemetry::record_outcome(&Span::current(), state);
            tracing::info!(job = %run.job, run = %run.unique_id(), %state, "run ended");
        }
        None => {
            tracing::error!(run = %run.unique_id(), "the end of a run could not be written; the next start or another node ends it");
        }
    }
}

/// Runs the work. Returns `None` if it goes on elsewhere.
async fn attempt(executor: &Executor, assignment: Assignment) -> Option<RunResult> {
    let Executor { store, handle, resolver, shutdown, give_up, .. } = executor;
    let Assignment { claimed, clock, wait_time, lost } = assignment;
    let ClaimedRun { run, resume_token, link, cause, .. } = claimed;
    let registered = handle.register(&run);
    // A cancellation either found the registration, or is in the store already.
    if retry_until_ok(give_up, || store.is_cancel_requested(&run)).await.unwrap_or_default() {
        registered.cancel.cancel();
    }
    let interrupts = Interrupts::new(registered.cancel.clone(), lost.clone(), shutdown.clone());
    let first_seq = match resume_token {
        None => 1,
        Some(_) => retry_until_ok(give_up, || store.next_seq(&run)).await?,
    };
    let signals = LogSignals { give_up: give_up.clone(), lost };
    let (log, writer) = Log::open(Arc::clone(store), clock, run, first_seq, signals);
    // Work that is continued counts the lines that it has written before.
    let is_continued = resume_token.is_some();
    // The log of a run that is resumed begins with it, unless its node was killed before the first line was stored.
    if let Some(cause) = cause.filter(|_| first_seq == 1) {
        log.write(Severity::Information, cause).await;
    }
    if let Some(wait_time) = wait_time.filter(|_| !is_continued) {
        log.write(Severity::Information, wait_time.to_string()).await;
    }
    let exit = match retry_until_ok(give_up, || resolver.resolve(run.job)).await.flatten() {
        Some(work) => {
            match Resumption::new(
                Arc::clone(store),
                run,
                work.resume_kind(),
                resume_token.as_deref(),
                give_up.clone(),
            ) {
                Ok(resumption) => {
                    let context = RunContext {
                        run: &run,
                        clock: &executor.clock,
                        log: &log,
                        interrupts: &interrupts,
                        resumption: &resumption,
                    };
                    work.run(context).await
                }
                Err(reason) => Exit::Failed(reason),
            }
        }
        None => Exit::Failed(removed_job_message(is_continued, link.as_deref())),
    };
    // The writer ends when the last line is in the store.
    drop(log);
    let worst = writer.await.inspect_err(|panic| {
        tracing::error!(%panic, run = %run.unique_id(), "the gateway's own code failed at a run's log");
    });
    match exit {
        Exit::Detached => None,
        exit => Some(ending(exit, worst)),
    }
}

/// Ends the processes of a run after a panic in the task of the run.
async fn end_processes(executor: &Executor, run: &Run) {
    if let Ok(Some(work)) = executor.resolver.resolve(run.job).await {
        let processes = Processes::of_run(run.unique_id());
        let killed = executor.shutdown.immediate.cancelled();
        let report = processes.end(None, work.stop_grace(), killed).await;
        for (_, line) in report.lines(false) {
            tracing::warn!(run = %run.unique_id(), "{line}");
        }
    }
}

/// Runs a future in a separate task, so that a panic in it does not propagate.
async fn catch_panic<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    tokio::spawn(work).await
}

/// Returns the end of a run whose log has this worst severity, or whose log failed.
fn ending(exit: Exit, worst: Result<Severity, JoinError>) -> RunResult {
    let Ok(worst) = worst else {
        return failed("The gateway itself failed at this log, which is incomplete. Its log on standard error has the details.".to_owned());
    };
    let state = match exit {
        Exit::State(state) => state,
        Exit::FromWorstSeverity => match worst {
            Severity::Error => ExecutionState::CompletedWithErrors,
            Severity::Warning => ExecutionState::CompletedWithWarnings,
            _ => ExecutionState::Completed,
        },
        Exit::Failed(reason) => return failed(reason),
        // The store writes the line of a cancellation, in the same transaction as the state.
        Exit::Interrupted(Interrupt::Canceled) => ExecutionState::Failed,
        Exit::Interrupted(Interrupt::Shutdown) => {
            return failed("The gateway was stopped while the job was running, and ended it.".to_owned());
        }
        Exit::Interrupted(Interrupt::Lost) | Exit::Detached => return failed(LOST.to_owned()),
    };
    RunResult { state, error: None }
}

fn failed(reason: String) -> RunResult {
    RunResult { state: ExecutionState::Failed, error: Some(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn panics<T>() -> T {
        panic!("a panic that this test causes")
    }

    #[tokio::test]
    async fn panic_in_a_run_does_not_propagate() {
        assert_eq!(catch_panic(async { 7 }).await.ok(), Some(7));
        assert!(catch_panic(panics::<()>()).await.is_err_and(|panic| panic.is_panic()));
    }

    #[tokio::test]
    async fn panic_in_a_log_fails_the_run() {
        let ended = ending(Exit::FromWorstSeverity, tokio::spawn(panics()).await);
        assert_eq!(ended.state, ExecutionState::Failed);
        assert!(ended.error.is_some_and(|reason| reason.contains("is incomplete")));
        let ended = ending(Exit::FromWorstSeverity, Ok(Severity::Warning));
        assert_eq!(ended.state, ExecutionState::CompletedWithWarnings);
    }
}
