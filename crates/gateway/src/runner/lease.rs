//! The right of this process to run jobs, which it loses if it cannot renew it.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use txjobs_store::NodeId;

/// The registration of this process as a node.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The id of the node.
    pub node: NodeId,
    /// Canceled when other nodes may declare this one gone. Its runs must end before that.
    pub lost: CancellationToken,
}

impl Lease {
    /// Creates the lease of a node.
    pub fn new(node: NodeId) -> Self {
        Self { node, lost: CancellationToken::new() }
    }
}

/// Receives the lease of this process. After a loss it gets another one, with another node id.
#[derive(Clone, Debug)]
pub struct Leases(watch::Receiver<Lease>);

impl Leases {
    /// Creates the receiver, and the sender of later leases.
    pub fn new(first: Lease) -> (watch::Sender<Lease>, Self) {
        let (sender, receiver) = watch::channel(first);
        (sender, Self(receiver))
    }

    /// Returns the current lease. While it is lost, waits for the next one.
    pub async fn current(&mut self) -> Lease {
        loop {
            let lease = self.0.borrow_and_update().clone();
            if !lease.lost.is_cancelled() {
                return lease;
            }
            if self.0.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
