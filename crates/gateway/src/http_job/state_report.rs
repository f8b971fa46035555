//! What an engine reports about the state of a run.

use serde_json::Value;
use txjobs_sdk::ExecutionState;

/// A state of a run.
#[derive(Debug)]
pub(super) struct StateReport {
    pub document: Value,
    /// The state as the engine writes it. `None`: the document has none.
    pub text: Option<String>,
    /// The final state, if the run has ended.
    pub ended: Option<ExecutionState>,
    /// Whether the configuration knows the state.
    pub is_known: bool,
}
