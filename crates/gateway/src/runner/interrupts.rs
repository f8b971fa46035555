//! The reasons to end a run before its work is complete.

use tokio_util::sync::CancellationToken;

use super::shutdown::Shutdown;

/// The reason why a run ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// A client canceled the run.
    Canceled,
    /// The gateway shuts down.
    Shutdown,
    /// The run no longer belongs to this node, or this node can no longer prove that it does. Another node may start the job
    /// again, so the work must end at once.
    Lost,
}

/// The signals that end a run early.
#[derive(Clone, Debug)]
pub struct Interrupts {
    cancel: CancellationToken,
    lost: CancellationToken,
    shutdown: Shutdown,
}

impl Interrupts {
    /// Creates the interrupts of a run.
    pub fn new(cancel: CancellationToken, lost: CancellationToken, shutdown: Shutdown) -> Self {
        Self { cancel, lost, shutdown }
    }

    /// Waits until the run is to end.
    pub async fn wait(&self) -> Interrupt {
        tokio::select! {
            biased;
            () = self.lost.cancelled() => Interrupt::Lost,
            () = self.cancel.cancelled() => Interrupt::Canceled,
            () = self.shutdown.graceful.cancelled() => Interrupt::Shutdown,
        }
    }

    /// Waits until the run must leave this process, whether or not it was canceled. For work that goes on elsewhere after its
    /// cancellation.
    pub async fn left(&self) -> Interrupt {
        tokio::select! {
            biased;
            () = self.lost.cancelled() => Interrupt::Lost,
            () = self.shutdown.graceful.cancelled() => Interrupt::Shutdown,
        }
    }

    /// Waits until the run is to be killed without a grace period.
    pub async fn killed(&self) {
        tokio::select! {
            () = self.lost.cancelled() => {}
            () = self.shutdown.immediate.cancelled() => {}
        }
    }
}
