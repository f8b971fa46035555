//! Makes notifications of runs that have ended.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use txjobs_store::{LogSummary, NewNotification, Result, Store};
use uuid::Uuid;

use crate::clock::Micros;
use crate::notify::{ChannelSet, Content};

/// The most pairs of a run and a channel of a call. The store sorts all that wait for each call.
const MAX_RUNS: u32 = 1000;
/// The time after which notifications are stored, so that a failure later does not cause all logs to be counted again.
const WRITE_INTERVAL: Duration = Duration::from_secs(1);
/// The time after which a call counts no further log, so that other events and the deliveries do not wait.
pub(super) const MAX_TIME: Duration = Duration::from_secs(10);
/// The longest time to count the lines of a log. It is shorter than that of a look of the notifier.
const MAX_COUNT_TIME: Duration = Duration::from_secs(20);

/// Stores a notification of each run that has ended for each channel that is told of it. Returns whether further runs may wait.
///
/// # Errors
///
/// Fails if the store fails. Nothing is lost: the next call continues.
pub(super) async fn announce_runs(store: &dyn Store, channels: &ChannelSet, now: Micros) -> Result<bool> {
    announce_counted_runs(store, channels, now, |number| store.log_summary(number)).await
}

async fn announce_counted_runs<F>(
    store: &dyn Store,
    channels: &ChannelSet,
    now: Micros,
    count_log: impl Fn(i64) -> F + Send + Sync,
) -> Result<bool>
where
    F: Future<Output = Result<LogSummary>> + Send,
{
    let runs = store.unannounced_runs(&channels.names(), MAX_RUNS).await?;
    let start = Instant::now();
    let mut written_at = start;
    // Of the latest run. The channels of a run follow each other.
    let mut counted: Option<(Uuid, LogSummary)> = None;
    let mut notifications = Vec::new();
    let mut announced: Vec<(String, Uuid)> = Vec::new();
    let mut has_more = runs.len() == MAX_RUNS as usize;
    for (name, run) in &runs {
        if start.elapsed() >= MAX_TIME {
            has_more = true;
            break;
        }
        let channel = channels.get(name);
        if let Some((channel, kind)) = channel.and_then(|channel| Some((channel, channel.kind_of(run)?))) {
            let log = match &counted {
                Some((id, log)) if *id == run.id => log.clone(),
                _ => in_time(count_log(run.number)).await?,
            };
            notifications.push(notification(name, &Content::of_end(channel, run, kind, &log)));
            counted = Some((run.id, log));
        }
        announced.push((name.clone(), run.id));
        if written_at.elapsed() >= WRITE_INTERVAL {
            store.announce(&announced, &notifications, now).await?;
            announced.clear();
            notifications.clear();
            written_at = Instant::now();
        }
    }
    if !announced.is_empty() {
        store.announce(&announced, &notifications, now).await?;
    }
    Ok(has_more)
}

/// Returns what a log says, or that it could not be counted: people must be told of a run although its log is too long for the
/// database.
pub(super) async fn in_time(count: impl Future<Output = Result<LogSummary>>) -> Result<LogSummary> {
    timeout(MAX_COUNT_TIME, count).await.unwrap_or_else(|_| {
        let limit = humantime::format_duration(MAX_COUNT_TIME);
        let text = format!("The log was not read: the database needed more than {limit} to count its lines.");
        Ok(LogSummary { first_error: Some(text), ..LogSummary::default() })
    })
}

/// Returns a notification as the store keeps it.
pub(super) fn notification(channel: &str, content: &Content) -> NewNotification {
    NewNotification {
        channel: channel.to_owned(),
        event: content.event_id.clone(),
        content: content.to_json().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::notifier::test_gateway::{START, TestGateway, config};

    #[tokio::test]
    async fn announced_runs_stay_announced_when_a_long_log_is_interrupted() {
        let gateway = TestGateway::start(config(&["Load"], "on = [\"completed\"]")).await;
        for n in 0..4 {
            gateway.run("Load", START + n).await;
        }
        let set = gateway.config.channel_set();
        let (counted, is_stuck) = (AtomicUsize::new(0), CancellationToken::new());
        let count = |_| async {
            match counted.fetch_add(1, Ordering::SeqCst) {
                // As long as it takes until what is counted is stored.
                0 | 1 => tokio::time::sleep(WRITE_INTERVAL).await,
                _ => {
                    is_stuck.cancel();
                    std::future::pending::<()>().await;
                }
            }
            Ok(LogSummary::default())
        };
        tokio::select! {
            announced = announce_counted_runs(&*gateway.store, &set, START, count) => panic!("{announced:?}"),
            () = is_stuck.cancelled() => {}
        }
        assert_eq!(gateway.pending().await, 2);
        assert!(!announce_runs(&*gateway.store, &set, START).await.unwrap());
        assert_eq!(gateway.pending().await, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn log_that_takes_too_long_is_announced_without_its_errors() {
        let log = in_time(std::future::pending()).await.unwrap();
        assert!(log.first_error.is_some_and(|text| text.contains("more than 20s")));
    }
}
