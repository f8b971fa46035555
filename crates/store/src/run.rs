//! A run, and the node that owns it.

use uuid::Uuid;

use crate::identifiers::NodeId;

/// A run, and the node that owns it. Only its owner writes its lines and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The number of its execution in the store.
    pub number: i64,
    /// The id of its execution.
    pub id: Uuid,
    /// The job to run.
    pub job: Uuid,
    /// The trigger id; nil if the run was not started by the API.
    pub trigger_id: Uuid,
    /// The node that claimed it; nil while it is pending.
    pub node: NodeId,
}

impl Run {
    /// Returns an id that no other run has, and that clients know: the trigger id, or the id of the execution of a run without one.
    pub fn unique_id(&self) -> Uuid {
        if self.trigger_id.is_nil() { self.id } else { self.trigger_id }
    }
}

/// Number, id, job, trigger id, and node of a run.
pub(crate) type RunRow = (i64, Uuid, Uuid, Uuid, Option<Uuid>);

impl From<RunRow> for Run {
    fn from((number, id, job, trigger_id, node): RunRow) -> Self {
        Self { number, id, job, trigger_id, node: node.unwrap_or_default() }
    }
}
