//! State of the run screen.

use leptos::prelude::*;
use txjobs_sdk::{
    Error,
    types::{JobId, TriggerId},
};

use crate::{log::Log, model::history::RunSummary};

/// State of the run screen.
#[derive(Clone, Copy, Debug)]
pub struct RunState {
    pub job: JobId,
    /// The trigger id of the run, or its execution id if the application started it.
    pub run: TriggerId,
    pub stage: RwSignal<Stage>,
    pub execution: RwSignal<Option<RunSummary>>,
    /// The address of the run's page in the system where its work runs, as the server sent it.
    pub link: RwSignal<Option<String>>,
    pub log: RwSignal<Log>,
    /// Error of the last request. Data of earlier requests stays on the screen.
    pub error: RwSignal<Option<Error>>,
    /// Number of received bytes of the current response.
    pub received_bytes: RwSignal<usize>,
    /// Whether the user requested to stop loading the log.
    pub stop_requested: RwSignal<bool>,
    /// Since when the page waits for an execution, in milliseconds since 1970.
    pub waiting_since: RwSignal<Option<i64>>,
    /// Whether the user requested to continue after following has stopped.
    retry_requested: RwSignal<bool>,
}

/// Progress of following a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The first response has not arrived yet.
    Loading,
    /// The job is pending and has no execution yet.
    Pending,
    /// The job is idle and the server does not list the run. It may list a new run later.
    Searching,
    /// The execution exists and has not ended.
    Running,
    /// The execution has ended.
    Ended,
    /// An error interrupted following. The console tries again later.
    Interrupted,
    /// Following stopped because of a permanent error.
    Stopped,
    /// The user stopped loading the log.
    LoadStopped,
}

impl RunState {
    /// Creates the state of a run and provides it as a context.
    pub fn provide(job: JobId, run: TriggerId) -> Self {
        let state = Self {
            job,
            run,
            stage: RwSignal::new(Stage::Loading),
            execution: RwSignal::new(None),
            link: RwSignal::new(None),
            log: RwSignal::new(Log::default()),
            error: RwSignal::new(None),
            received_bytes: RwSignal::new(0),
            stop_requested: RwSignal::new(false),
            waiting_since: RwSignal::new(None),
            retry_requested: RwSignal::new(false),
        };
        provide_context(state);
        state
    }

    /// Requests to continue after following has stopped.
    pub fn retry(self) {
        self.retry_requested.set(true);
    }

    /// Returns whether the user requested to continue since the last call.
    pub fn take_retry_request(self) -> bool {
        self.retry_requested.try_update_untracked(std::mem::take).unwrap_or_default()
    }

    /// Returns whether the outcome of the run is known.
    pub fn has_outcome(self) -> bool {
        self.execution.with(|execution| execution.is_some_and(|execution| execution.state.is_final()))
    }

    /// Sets the stage if it is different, so that nothing on the screen is rendered without a change.
    pub fn set_stage(self, stage: Stage) {
        self.stage.maybe_update(|before| std::mem::replace(before, stage) != stage);
    }

    /// Sets the link if it is different.
    pub fn set_link(self, link: Option<&String>) {
        if self.link.with_untracked(|before| before.as_ref() != link) {
            self.link.set(link.cloned());
        }
    }

    /// Sets the execution if it is different.
    pub fn set_execution(self, execution: RunSummary) {
        self.execution.maybe_update(|before| before.replace(execution) != Some(execution));
    }
}
