//! One run, from its claim to its end.

use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use txjobs_sdk::{ExecutionState, Severity};

use super::log::Log;
use super::places::WaitTime;
use super::processes::Processes;
use super::{RETRY, Runner, Stop, command, insist, script};
use crate::clock::RunClock;
use crate::config::Work;
use crate::warehouse;
use txjobs_store::{Run, RunResult};

/// How the work itself ended.
#[derive(Debug)]
pub(super) enum Finish {
    /// At its end: the worst line says how well.
    ByItsLog,
    /// In this state.
    As(ExecutionState),
    /// Before its end, for this reason.
    Failed(String),
    /// Because somebody or something wanted it to.
    Interrupted(Interrupt),
}

/// Why a run ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interrupt {
    Canceled,
    Stopped,
}

/// What can end a run early.
#[derive(Clone, Debug)]
pub(super) struct Interrupts {
    cancel: CancellationToken,
    stop: Stop,
}

impl Interrupts {
    pub async fn wait(&self) -> Interrupt {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Interrupt::Canceled,
            () = self.stop.soon.cancelled() => Interrupt::Stopped,
        }
    }

    /// When there is no time left for manners.
    pub async fn at_once(&self) {
        self.stop.now.cancelled().await;
    }
}

impl Runner {
    pub(super) async fn execute(&self, run: Run, clock: RunClock, waited: Option<WaitTime>) {
        tracing::info!(job = %run.job, trigger = %run.trigger_id, "run started");
        let runner = self.clone();
        let run_clock = clock.clone();
        let attempt = async move { runner.attempt(run, run_clock, waited).await };
        let ending = match catch_panic(attempt).await {
            Ok(ending) => ending,
            Err(fault) => {
                tracing::error!(%fault, trigger = %run.trigger_id, "a run broke the gateway's own code");
                self.end_processes(&run).await;
                failed(
                    "The gateway itself failed at this run. Its log on standard error says more.".to_owned(),
                )
            }
        };
        let state = loop {
            let (runner, ending, clock) = (self.clone(), ending.clone(), clock.clone());
            let end = async move {
                insist(&runner.give_up, || runner.store.end_run(&run, &ending, clock.now())).await
            };
            match catch_panic(end).await {
                Ok(state) => break state,
                Err(fault) => {
                    tracing::error!(%fault, trigger = %run.trigger_id, "the end of a run failed; trying again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY) => {}
                () = self.give_up.cancelled() => break None,
            }
        };
        match state {
            Some(state) => tracing::info!(job = %run.job, trigger = %run.trigger_id, %state, "run ended"),
            None => {
                tracing::error!(trigger = %run.trigger_id, "the end of a run could not be written; the next start ends it");
            }
        }
    }

    async fn attempt(&self, run: Run, clock: RunClock, waited: Option<WaitTime>) -> RunResult {
        let registered = self.control.register(&run);
        // A cancellation either found the registration, or came before it and stands in the store.
        if insist(&self.give_up, || self.store.is_cancel_requested(&run)).await.unwrap_or_default() {
            registered.cancel.cancel();
        }
        let interrupts = Interrupts { cancel: registered.cancel.clone(), stop: self.stop.clone() };
        let (log, keeper) = Log::open(self.store.clone(), clock, run.number, self.give_up.clone());
        if let Some(waited) = waited {
            log.write(Severity::Information, waited.to_string()).await;
        }
        let finish = match self.works.get(&run.job) {
            Some(Work::Command(command)) => command::run(command, &run, &self.clock, &log, &interrupts).await,
            Some(Work::Script(script)) => script::run(&script.outcome, &self.clock, &log, &interrupts).await,
            None => {
                match insist(&self.give_up, || warehouse::script_of(&self.store, run.job)).await.flatten() {
                    Some(script) => script::run(&script.outcome, &self.clock, &log, &interrupts).await,
                    None => Finish::Failed(
                        "The job is not in gateway.toml any longer, so it cannot run.".to_owned(),
                    ),
                }
            }
        };
        // The keeper ends when the last line is in the store.
        drop(log);
        let worst = keeper.await.inspect_err(|fault| {
            tracing::error!(%fault, trigger = %run.trigger_id, "a run's log broke the gateway's own code");
        });
        ending(finish, worst)
    }

    /// Ends the processes of a run after a panic in the task of the run.
    async fn end_processes(&self, run: &Run) {
        if let Some(Work::Command(command)) = self.works.get(&run.job) {
            let processes = Processes::of_run(run.trigger_id);
            let report = processes.end(None, command.stop_grace, self.stop.now.cancelled()).await;
            for (_, line) in report.lines(false) {
                tracing::warn!(trigger = %run.trigger_id, "{line}");
            }
        }
    }
}

/// Runs a future in a task of its own, so that a panic in it does not propagate.
async fn catch_panic<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    tokio::spawn(work).await
}

/// Returns the end of a run whose log has this worst severity, or whose log failed.
fn ending(finish: Finish, worst: Result<Severity, JoinError>) -> RunResult {
    let Ok(worst) = worst else {
        return failed("The gateway itself failed at this log, which is incomplete. Its log on standard error says more.".to_owned());
    };
    let state = match finish {
        Finish::As(state) => state,
        Finish::ByItsLog => match worst {
            Severity::Error => ExecutionState::CompletedWithErrors,
            Severity::Warning => ExecutionState::CompletedWithWarnings,
            _ => ExecutionState::Completed,
        },
        Finish::Failed(because) => return failed(because),
        // The store writes the line of a cancellation, in the transaction in which it wins.
        Finish::Interrupted(Interrupt::Canceled) => ExecutionState::Failed,
        Finish::Interrupted(Interrupt::Stopped) => {
            return failed("The gateway was stopped while the job was running, and ended it.".to_owned());
        }
    };
    RunResult { state, error: None }
}

fn failed(because: String) -> RunResult {
    RunResult { state: ExecutionState::Failed, error: Some(because) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn panics<T>() -> T {
        panic!("a fault that this test makes")
    }

    #[tokio::test]
    async fn panic_in_a_run_does_not_go_further() {
        assert_eq!(catch_panic(async { 7 }).await.ok(), Some(7));
        assert!(catch_panic(panics::<()>()).await.is_err_and(|fault| fault.is_panic()));
    }

    #[tokio::test]
    async fn panic_in_a_log_fails_the_run() {
        let ended = ending(Finish::ByItsLog, tokio::spawn(panics()).await);
        assert_eq!(ended.state, ExecutionState::Failed);
        assert!(ended.error.is_some_and(|error| error.contains("is incomplete")));
        let ended = ending(Finish::ByItsLog, Ok(Severity::Warning));
        assert_eq!(ended.state, ExecutionState::CompletedWithWarnings);
    }
}
