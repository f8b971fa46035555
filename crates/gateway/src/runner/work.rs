//! The work of a job, and how the runner finds and runs it.

use std::any::Any;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use txjobs_sdk::ExecutionState;
use txjobs_store::Run;
use uuid::Uuid;

use super::interrupts::{Interrupt, Interrupts};
use super::log::Log;
use super::resumption::Resumption;
use crate::clock::SharedClock;

/// The time between the request to end and the kill of a job's processes, unless the job configures another one.
pub const DEFAULT_STOP_GRACE: Duration = Duration::from_secs(5);

/// What a job runs. A program can downcast it to its own kinds of work.
pub trait Work: Any + Debug + Send + Sync {
    /// Describes the work on one line, for the list of `check`.
    fn describe(&self) -> String;

    /// Returns why the work cannot start on this machine, if that is known.
    fn start_problem(&self) -> Option<String> {
        None
    }

    /// Returns the time that the work's processes get to end by themselves.
    fn stop_grace(&self) -> Duration {
        DEFAULT_STOP_GRACE
    }

    /// Returns the kind of the resume tokens that this work stores and continues. `None`: it has none, so that it never runs for a run
    /// that other work has started.
    fn resume_kind(&self) -> Option<&'static str> {
        None
    }

    /// Runs the work to its end, or until it is interrupted.
    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit>;
}

/// What the work of a run can use.
#[derive(Clone, Copy, Debug)]
pub struct RunContext<'a> {
    /// The run.
    pub run: &'a Run,
    /// The gateway's clock.
    pub clock: &'a SharedClock,
    /// The log of the run.
    pub log: &'a Log,
    /// The reasons to end early.
    pub interrupts: &'a Interrupts,
    /// Where work that goes on elsewhere is remembered.
    pub resumption: &'a Resumption,
}

/// How the work of a run ended.
#[derive(Debug)]
pub enum Exit {
    /// It completed. The worst severity of its log decides the state.
    FromWorstSeverity,
    /// It ended in this state.
    State(ExecutionState),
    /// It failed for this reason, which becomes the last line of the log.
    Failed(String),
    /// It was interrupted.
    Interrupted(Interrupt),
    /// It goes on elsewhere, and has a resume token. The run stays running, and another node or the next start continues it.
    Detached,
}

/// Finds the work of a job.
pub trait WorkResolver: Debug + Send + Sync {
    /// Returns the work of a job, or `None` if there is no such job.
    ///
    /// # Errors
    ///
    /// Fails if the work is stored and the store fails.
    fn resolve(&self, job: Uuid) -> BoxFuture<'_, txjobs_store::Result<Option<Arc<dyn Work>>>>;
}

impl WorkResolver for HashMap<Uuid, Arc<dyn Work>> {
    fn resolve(&self, job: Uuid) -> BoxFuture<'_, txjobs_store::Result<Option<Arc<dyn Work>>>> {
        futures::future::ready(Ok(self.get(&job).cloned())).boxed()
    }
}
