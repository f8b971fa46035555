//! Metrics of notifications.

use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::PrometheusBuilder;
use txjobs_store::ChannelState;

const NOTIFICATIONS: &str = "txjobs_notifications_total";
const PENDING: &str = "txjobs_notifications_pending";

/// The outcome of an attempt to deliver a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationOutcome {
    /// It is delivered.
    Delivered,
    /// It failed and is tried again.
    Failed,
    /// It failed for the last time.
    GivenUp,
}

impl NotificationOutcome {
    const ALL: [Self; 3] = [Self::Delivered, Self::Failed, Self::GivenUp];

    fn label(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
        }
    }
}

pub(super) fn describe() {
    describe_counter!(
        NOTIFICATIONS,
        "Attempts of this node to deliver notifications: delivered, failed, or given_up after the last one."
    );
}

/// Starts the counters of a channel at zero. A counter that appears with its first value would have no increase for Prometheus.
pub fn declare_notifications(channel: &str) {
    NotificationOutcome::ALL.into_iter().for_each(|outcome| increment(channel, outcome, 0));
}

/// Counts an attempt.
pub fn record_notification(channel: &str, outcome: NotificationOutcome) {
    increment(channel, outcome, 1);
}

fn increment(channel: &str, outcome: NotificationOutcome, count: u64) {
    counter!(NOTIFICATIONS, "channel" => channel.to_owned(), "outcome" => outcome.label()).increment(count);
}

/// Returns the number of pending notifications of each channel as text. It uses a recorder of its own: that of the process would
/// keep those of removed channels.
pub(super) fn render(channels: &[ChannelState]) -> String {
    if channels.is_empty() {
        return String::new();
    }
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        describe_gauge!(PENDING, "Notifications of the channel that are not delivered yet, of all nodes.");
        for channel in channels {
            gauge!(PENDING, "channel" => channel.name.clone()).set(channel.pending as f64);
        }
    });
    recorder.handle().render()
}
