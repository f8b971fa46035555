//! Runs that another server executed, and that are kept here.

use async_trait::async_trait;
use futures::stream::BoxStream;
use txjobs_sdk::{ExecutionState, Starter};
use uuid::Uuid;

use crate::error::Result;
use crate::lines::Line;
use crate::time::Micros;

/// A run that has ended on another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedRun {
    /// The id of its execution.
    pub id: Uuid,
    /// Its job, which the store must have.
    pub job: Uuid,
    /// The trigger id; nil if the run was not started by the API.
    pub trigger_id: Uuid,
    /// What started it, if the server tells.
    pub starter: Option<Starter>,
    /// The address of a page about it, if the server tells.
    pub link: Option<String>,
    /// The final state.
    pub state: ExecutionState,
    /// When the execution was created.
    pub created_at: Micros,
    /// When it ended.
    pub ended_at: Micros,
    /// Whether nobody is notified of it, because it had ended before its job was known.
    pub is_history: bool,
}

/// The lines of a run, in batches.
pub type LineBatches = BoxStream<'static, std::io::Result<Vec<Line>>>;

/// Stores runs of another server.
#[async_trait]
pub trait ArchiveStore: Send + Sync {
    /// Stores a run and its lines in one transaction. Returns false if the store has the run already.
    ///
    /// # Errors
    ///
    /// Fails if the job does not exist, or if the lines cannot be read. Then nothing is stored.
    async fn archive_run(&self, run: &ArchivedRun, lines: LineBatches) -> Result<bool>;
}
