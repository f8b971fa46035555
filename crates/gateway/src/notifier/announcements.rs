//! Makes notifications of runs that have ended.

use std::collections::HashMap;

use txjobs_store::{LogSummary, NewNotification, Result, Store};
use uuid::Uuid;

use crate::clock::Micros;
use crate::notify::{ChannelSet, Content};

/// The most runs of a transaction.
const MAX_RUNS: u32 = 100;

/// Stores a notification of each run that has ended for each channel that is told of it. Returns whether further runs may wait.
///
/// # Errors
///
/// Fails if the store fails. Nothing is lost: the next call continues.
pub(super) async fn announce_runs(store: &dyn Store, channels: &ChannelSet, now: Micros) -> Result<bool> {
    let runs = store.unannounced_runs(&channels.names(), MAX_RUNS).await?;
    let mut summaries: HashMap<Uuid, LogSummary> = HashMap::new();
    let mut notifications = Vec::new();
    for (name, run) in &runs {
        let Some(channel) = channels.get(name) else { continue };
        let Some(kind) = channel.kind_of(run) else { continue };
        let log = match summaries.get(&run.id) {
            Some(log) => log.clone(),
            None => {
                let log = store.log_summary(run.number).await?;
                summaries.insert(run.id, log.clone());
                log
            }
        };
        notifications.push(notification(name, &Content::of_end(channel, run, kind, &log)));
    }
    let announced: Vec<(String, Uuid)> = runs.iter().map(|(name, run)| (name.clone(), run.id)).collect();
    if !announced.is_empty() {
        store.announce(&announced, &notifications, now).await?;
    }
    Ok(announced.len() == MAX_RUNS as usize)
}

/// Returns a notification as the store keeps it.
pub(super) fn notification(channel: &str, content: &Content) -> NewNotification {
    NewNotification {
        channel: channel.to_owned(),
        event: content.event_id.clone(),
        content: content.to_json().to_string(),
    }
}
