//! Nodes: the processes that share a database.

use std::time::Duration;

use async_trait::async_trait;

use crate::error::Result;
use crate::identifiers::NodeId;
use crate::run::Run;
use crate::time::Micros;

/// What a node is, as it tells when it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// Its name for people, such as the name of its machine.
    pub name: String,
    /// The version of its program.
    pub version: String,
    /// The labels of the jobs that it can run.
    pub labels: Vec<String>,
    /// The most runs at the same time. 0: it runs no jobs.
    pub concurrency: u16,
    /// Identifies the machine since its start, and the processes that can be seen there. `None` if the system does not tell.
    pub machine: Option<String>,
    /// Identifies the process on its machine.
    pub process: String,
}

/// A registered node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// What it is.
    pub info: NodeInfo,
    /// When it was registered.
    pub started_at: Micros,
    /// The time of its last heartbeat.
    pub seen_at: Micros,
    /// When it left, or when another node noticed that its heartbeats had stopped. `None`: it takes part.
    pub gone_at: Option<Micros>,
    /// The number of its running runs.
    pub running: i64,
}

/// The reply to a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// The time of the database.
    pub time: Micros,
    /// The numbers of the node's running runs whose cancellation was requested.
    pub canceled: Vec<i64>,
}

/// How long nodes that are gone are listed, in microseconds: a week.
pub(crate) const MAX_NODE_AGE: Micros = 7 * 86_400_000_000;

/// Id, name, version, labels, concurrency, machine, process, times of the start, the last heartbeat and the end, and the number
/// of running runs.
pub(crate) type NodeRow =
    (NodeId, String, String, String, i64, Option<String>, String, Micros, Micros, Option<Micros>, i64);

impl From<NodeRow> for Node {
    fn from(row: NodeRow) -> Self {
        let (id, name, version, labels, concurrency, machine, process, started_at, seen_at, gone_at, running) =
            row;
        let labels = labels.split_whitespace().map(str::to_owned).collect();
        let concurrency = u16::try_from(concurrency).unwrap_or(u16::MAX);
        let info = NodeInfo { name, version, labels, concurrency, machine, process };
        Self { id, info, started_at, seen_at, gone_at, running }
    }
}

/// Returns the last line of a run whose node is gone.
pub(crate) fn lost_message(node: &str) -> String {
    format!("The node {node} no longer responded while the job was running, so the run was given up.")
}

/// Stores the nodes, and ends the runs of those that are gone.
#[async_trait]
pub trait NodeStore: Send + Sync {
    /// Registers this process as a node.
    async fn register_node(&self, node: &NodeInfo) -> Result<NodeId>;

    /// Notes that the node responds.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::NotOwner`](crate::ErrorKind::NotOwner) if the node is gone. Then its runs have ended, and it must end their processes.
    async fn heartbeat(&self, node: NodeId) -> Result<Heartbeat>;

    /// Marks nodes without a heartbeat since this duration as gone, and ends the runs of all nodes that are gone as failed, in
    /// one transaction. Runs with a resume token can be claimed again instead. Returns the runs that were ended.
    async fn sweep(&self, max_silence: Duration) -> Result<Vec<Run>>;

    /// Deletes a node whose process has ended. Its runs with a resume token can be claimed again. Keeps the node while it has other
    /// running runs.
    async fn delete_node(&self, node: NodeId) -> Result<()>;

    /// Returns the nodes that take part, and those that were gone recently, in the order of their start.
    async fn nodes(&self) -> Result<Vec<Node>>;
}
