//! Requests to read files again, whether they have changed or not.

use tokio::sync::watch;

/// Receives the requests. Each clone receives all later ones.
#[derive(Clone, Debug)]
pub(crate) struct ReloadRequests(watch::Receiver<()>);

/// Sends requests.
#[derive(Debug)]
pub(crate) struct ReloadRequester(watch::Sender<()>);

impl ReloadRequests {
    /// Creates the receiver and the sender.
    pub fn new() -> (ReloadRequester, Self) {
        let (sender, receiver) = watch::channel(());
        (ReloadRequester(sender), Self(receiver))
    }

    /// Waits for the next request.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // No further request can be sent.
            std::future::pending::<()>().await;
        }
    }
}

impl ReloadRequester {
    /// Sends a request to all receivers.
    pub fn request(&self) {
        self.0.send_replace(());
    }
}
