//! One run, from its claim to its end.

use tokio_util::sync::CancellationToken;
use txjobs_sdk::{ExecutionState, Severity};

use super::log::Log;
use super::{Runner, Stop, command, insist, script};
use crate::config::Work;
use crate::store::{Ending, Run};
use crate::warehouse;

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
    Cancelled,
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
            () = self.cancel.cancelled() => Interrupt::Cancelled,
            () = self.stop.soon.cancelled() => Interrupt::Stopped,
        }
    }

    /// When there is no time left for manners.
    pub async fn at_once(&self) {
        self.stop.now.cancelled().await;
    }
}

impl Runner {
    pub(super) async fn execute(&self, run: Run) {
        tracing::info!(job = %run.job, trigger = %run.trigger_id, "run started");
        // A task of its own, so that a fault in it ends the run and not the runner.
        let runner = self.clone();
        let work = tokio::spawn(async move { runner.attempt(run).await });
        let ending = work.await.unwrap_or_else(|error| {
            tracing::error!(%error, trigger = %run.trigger_id, "a run broke the gateway's own code");
            failed("The gateway itself failed at this run. Its log on standard error says more.".to_owned())
        });
        match insist(&self.give_up, || self.store.end_run(&run, &ending, self.clock.now())).await {
            Some(state) => tracing::info!(job = %run.job, trigger = %run.trigger_id, %state, "run ended"),
            None => {
                tracing::error!(trigger = %run.trigger_id, "the end of a run could not be written; the next start ends it");
            }
        }
    }

    async fn attempt(&self, run: Run) -> Ending {
        let registered = self.control.register(&run);
        // A cancellation either found the registration, or came before it and stands in the store.
        if insist(&self.give_up, || self.store.is_cancelled(&run)).await.unwrap_or_default() {
            registered.cancel.cancel();
        }
        let interrupts = Interrupts { cancel: registered.cancel.clone(), stop: self.stop.clone() };
        let (log, keeper) =
            Log::open(self.store.clone(), self.clock.clone(), run.number, self.give_up.clone());
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
        let worst = keeper.await.unwrap_or(Severity::Error);
        ending(finish, worst)
    }
}

fn ending(finish: Finish, worst: Severity) -> Ending {
    let state = match finish {
        Finish::As(state) => state,
        Finish::ByItsLog => match worst {
            Severity::Error => ExecutionState::CompletedWithErrors,
            Severity::Warning => ExecutionState::CompletedWithWarnings,
            _ => ExecutionState::Completed,
        },
        Finish::Failed(because) => return failed(because),
        // The store writes the line of a cancellation, in the transaction in which it wins.
        Finish::Interrupted(Interrupt::Cancelled) => ExecutionState::Failed,
        Finish::Interrupted(Interrupt::Stopped) => {
            return failed("The gateway was stopped while the job was running, and ended it.".to_owned());
        }
    };
    Ending { state, because: None }
}

fn failed(because: String) -> Ending {
    Ending { state: ExecutionState::Failed, because: Some(because) }
}
