//! Delivers the notifications of one channel.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use txjobs_store::time::micros;
use txjobs_store::{Notification, Result, SharedStore};

use super::delivery_error::DeliveryError;
use super::retries::{delay, pause};
use super::sender::Sender;
use crate::clock::SharedClock;
use crate::metrics::{NotificationOutcome, record_notification};
use crate::notify::{Content, Notifications};

/// The time after which another node may repeat an attempt whose node says nothing. It is longer than an attempt.
const MAX_ATTEMPT_TIME: Duration = Duration::from_secs(20);
/// The number of attempts to note a delivery. Without the note, it is repeated.
const MAX_NOTES: u32 = 10;
const NOTE_INTERVAL: Duration = Duration::from_secs(1);

/// Delivers the notifications of a channel, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub name: String,
    pub store: SharedStore,
    pub clock: SharedClock,
    pub notifications: Notifications,
    pub sender: Arc<Sender>,
    /// Notified when a notification is due.
    pub due: Arc<Notify>,
    /// Canceled when nothing more is to be sent.
    pub stop: CancellationToken,
}

impl Delivery {
    /// Delivers until the channel is removed or this is stopped.
    pub async fn run(self) {
        let mut failures = 0;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.due.notified() => {}
            }
            while !self.stop.is_cancelled() {
                match self.deliver_next(failures).await {
                    Ok(Some(Ok(()))) => failures = 0,
                    Ok(Some(Err(error))) => {
                        failures += 1;
                        tokio::select! {
                            () = self.stop.cancelled() => return,
                            () = sleep(pause(failures, error.retry_after)) => {}
                        }
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::debug!(channel = self.name, "a notification could not be read: {error:#}");
                        break;
                    }
                }
            }
        }
    }

    /// Attempts to deliver the first notification that is due. Returns `None` if none is.
    async fn deliver_next(&self, failures: u32) -> Result<Option<std::result::Result<(), DeliveryError>>> {
        let set = self.notifications.current();
        let Some(channel) = set.get(&self.name) else { return Ok(None) };
        let now = self.clock.now();
        let retry_at = now.saturating_add(micros(MAX_ATTEMPT_TIME));
        let Some(notification) = self.store.claim_notification(&self.name, now, retry_at).await? else {
            return Ok(None);
        };
        // It was written by this program, possibly by a later version.
        let content: Content = serde_json::from_str(&notification.content).unwrap_or_default();
        let sent = self.sender.send(channel, &content, notification.created_at).await;
        match &sent {
            Ok(status) => {
                record_notification(&self.name, NotificationOutcome::Delivered);
                if failures > 0 {
                    tracing::info!(channel = self.name, "notifications are delivered again");
                }
                tracing::debug!(
                    channel = self.name,
                    event = notification.event,
                    status,
                    "notification delivered"
                );
                self.note_delivery(&notification).await;
            }
            Err(error) => self.note_failure(&notification, error, failures == 0).await?,
        }
        Ok(Some(sent.map(drop)))
    }

    async fn note_delivery(&self, notification: &Notification) {
        for _ in 0..MAX_NOTES {
            match self.store.note_delivery(notification, self.clock.now()).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::debug!(channel = self.name, "a delivery could not be noted: {error:#}");
                }
            }
            sleep(NOTE_INTERVAL).await;
        }
        tracing::warn!(
            channel = self.name,
            event = notification.event,
            "a delivery could not be noted in the database, so it will be repeated"
        );
    }

    async fn note_failure(
        &self,
        notification: &Notification,
        error: &DeliveryError,
        is_first: bool,
    ) -> Result<()> {
        let (channel, event, attempts) = (&*self.name, &*notification.event, notification.attempts);
        let cause = &*error.cause;
        let next = delay(attempts, error.retry_after);
        match next {
            None => {
                record_notification(channel, NotificationOutcome::GivenUp);
                tracing::error!(
                    channel,
                    event,
                    attempts,
                    "a notification was not delivered and is given up: {cause}. Test the channel with `txjobs-gateway notify test`"
                );
            }
            Some(_) => {
                record_notification(channel, NotificationOutcome::Failed);
                // Each following failure would say the same.
                match is_first {
                    true => tracing::warn!(
                        channel,
                        event,
                        attempts,
                        "a notification was not delivered and will be tried again: {cause}"
                    ),
                    false => {
                        tracing::debug!(
                            channel,
                            event,
                            attempts,
                            "a notification was not delivered: {cause}"
                        );
                    }
                }
            }
        }
        let next_attempt_at = next.map(|delay| self.clock.now().saturating_add(micros(delay)));
        self.store.postpone_notification(notification, next_attempt_at, self.clock.now()).await
    }
}
