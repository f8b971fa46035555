//! Delivers the notifications of one channel.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use txjobs_store::time::micros;
use txjobs_store::{Notification, Result, SharedStore};

use super::delivery_error::DeliveryError;
use super::receipt::Receipt;
use super::retries::{delay, pause};
use super::sender::Sender;
use crate::clock::SharedClock;
use crate::metrics::{NotificationOutcome, record_notification};
use crate::notify::{ChannelSet, Content, Notifications};
use crate::store_call::within;

/// The time after which another node may repeat an attempt whose node says nothing. It is longer than an attempt.
const MAX_ATTEMPT_TIME: Duration = Duration::from_secs(20);
/// The longest time for a call of the store.
const MAX_STORE_TIME: Duration = Duration::from_secs(10);
/// The number of attempts to note a delivery. Without the note, it is repeated.
const MAX_NOTES: u32 = 10;
const NOTE_INTERVAL: Duration = Duration::from_secs(1);

/// Delivers the notifications of a channel, one after the other. The store gives a channel to one node at a time, and to none during
/// a pause.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub name: String,
    pub store: SharedStore,
    pub clock: SharedClock,
    pub notifications: Notifications,
    pub sender: Arc<Sender>,
    /// Notified when a notification is due.
    pub due: Arc<Notify>,
    /// To notify when an attempt has failed, so that the next one is known.
    pub failed: Arc<Notify>,
    /// Canceled when nothing more is to be sent, or when the channel is removed.
    pub stop: CancellationToken,
}

impl Delivery {
    /// Delivers until the channel is removed or this is stopped.
    pub async fn run(self) {
        let mut is_failing = false;
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = self.due.notified() => {}
            }
            while !self.stop.is_cancelled() {
                match self.deliver_next(is_failing).await {
                    Ok(Some(is_delivered)) => is_failing = !is_delivered,
                    Ok(None) => break,
                    Err(error) => {
                        tracing::debug!(channel = self.name, "a notification could not be read: {error:#}");
                        break;
                    }
                }
                if is_failing {
                    self.failed.notify_one();
                }
            }
        }
    }

    /// Attempts to deliver the first notification that is due. Returns whether it was delivered, or `None` if none is due.
    async fn deliver_next(&self, is_failing: bool) -> Result<Option<bool>> {
        let set = self.notifications.current();
        if set.get(&self.name).is_none() {
            return Ok(None);
        }
        let now = self.clock.now();
        let retry_at = now.saturating_add(micros(MAX_ATTEMPT_TIME));
        let claim = self.store.claim_notification(&self.name, now, retry_at);
        let Some(notification) = within(MAX_STORE_TIME, claim).await? else { return Ok(None) };
        match self.send(set, &notification).await {
            Ok(Receipt { status, refused }) => {
                record_notification(&self.name, NotificationOutcome::Delivered);
                if is_failing {
                    tracing::info!(channel = self.name, "notifications are delivered again");
                }
                tracing::debug!(
                    channel = self.name,
                    event = notification.event,
                    status,
                    "notification delivered"
                );
                if let Some(refused) = refused {
                    tracing::warn!(
                        channel = self.name,
                        event = notification.event,
                        "a notification was not delivered to all recipients: {refused}"
                    );
                }
                self.note_delivery(&notification).await;
                Ok(Some(true))
            }
            Err(error) => {
                self.note_failure(&notification, &error, !is_failing).await?;
                Ok(Some(false))
            }
        }
    }

    /// Sends a notification. A panic is a failed attempt like others, so that it does not repeat for ever.
    async fn send(
        &self,
        set: Arc<ChannelSet>,
        notification: &Notification,
    ) -> std::result::Result<Receipt, DeliveryError> {
        let (name, sender, created_at) =
            (self.name.clone(), Arc::clone(&self.sender), notification.created_at);
        // It was written by this program, possibly by a later version.
        let content: Content = serde_json::from_str(&notification.content).unwrap_or_default();
        let send = async move {
            match set.get(&name) {
                Some(channel) => sender.send(channel, &content, created_at).await,
                None => Err(anyhow!("the configuration has no such channel").into()),
            }
        };
        let sent = AbortOnDropHandle::new(tokio::spawn(send)).await;
        sent.unwrap_or_else(|panic| Err(anyhow!("the gateway's own code failed ({panic})").into()))
    }

    async fn note_delivery(&self, notification: &Notification) {
        for _ in 0..MAX_NOTES {
            let note = self.store.note_delivery(notification, self.clock.now());
            match within(MAX_STORE_TIME, note).await {
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
        let pause = pause(notification.failures.saturating_add(1), error.retry_after);
        let busy_until = self.clock.now().saturating_add(micros(pause));
        let postponement = self.store.postpone_notification(notification, next_attempt_at, busy_until);
        within(MAX_STORE_TIME, postponement).await
    }
}
