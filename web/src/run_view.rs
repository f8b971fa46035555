//! State of the run screen.

use std::{cell::RefCell, rc::Rc};

use txjobs_sdk::{Error, follow::KnownLines};

use crate::{history::RunSummary, log::Log, reactive::RwSignal};

/// State of the run screen.
#[derive(Clone, Copy, Debug)]
pub struct RunView {
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

/// The lines already on the screen, used to skip duplicates.
pub type SharedKnownLines = Rc<RefCell<KnownLines>>;

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

impl Default for RunView {
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
