//! State of the run screen.

use leptos::prelude::*;
use txjobs_sdk::Error;

use crate::{log::Log, model::history::RunSummary};

/// State of the run screen.
#[derive(Clone, Copy, Debug)]
pub struct RunState {
    pub stage: RwSignal<Stage>,
    pub execution: RwSignal<Option<RunSummary>>,
    pub log: RwSignal<Log>,
    /// Error of the last request. Data of earlier requests stays on the screen.
    pub error: RwSignal<Option<Error>>,
    /// Number of received bytes of the current response.
    pub received_bytes: RwSignal<usize>,
    /// Whether the user requested to stop loading the log.
    pub stop_requested: RwSignal<bool>,
}

/// Progress of following a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The first response has not arrived yet.
    Loading,
    /// The job is pending and has no execution yet.
    Pending,
    /// The server knows no run with this id.
    NotFound,
    /// The execution exists and has not ended.
    Running,
    /// The execution has ended.
    Ended,
    /// Following stopped because of a permanent error.
    Stopped,
    /// The user stopped loading the log.
    LoadStopped,
}

impl Default for RunState {
    fn default() -> Self {
        Self {
            stage: RwSignal::new(Stage::Loading),
            execution: RwSignal::new(None),
            log: RwSignal::new(Log::default()),
            error: RwSignal::new(None),
            received_bytes: RwSignal::new(0),
            stop_requested: RwSignal::new(false),
        }
    }
}
