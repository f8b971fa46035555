//! Makes notifications of runs that take too long.

use std::collections::HashSet;

use tokio::time::Instant;
use txjobs_store::time::micros;
use txjobs_store::{Result, Store};
use uuid::Uuid;

use super::announcements::{MAX_TIME, in_time, notification};
use crate::clock::Micros;
use crate::notify::{ChannelSet, Content};

/// The runs of which channels are told already, as far as this node knows.
#[derive(Debug, Default)]
pub(super) struct SlowRuns(HashSet<(String, Uuid)>);

impl SlowRuns {
    /// Stores a notification of each run that takes too long. Returns whether there was a new one.
    ///
    /// # Errors
    ///
    /// Fails if the store fails. The next call continues.
    pub async fn check(&mut self, store: &dyn Store, channels: &ChannelSet, now: Micros) -> Result<bool> {
        let limits = channels.channels().iter().filter_map(|channel| channel.slow);
        let Some(shortest) = limits.min() else { return Ok(false) };
        let running = store.running_runs(now.saturating_sub(micros(shortest))).await?;
        self.0.retain(|(_, id)| running.iter().any(|run| run.id == *id));
        let start = Instant::now();
        let mut has_new = false;
        for channel in channels.channels() {
            let Some(limit) = channel.slow else { continue };
            let created_before = now.saturating_sub(micros(limit));
            for run in running.iter().filter(|run| run.created_at < created_before) {
                let key = (channel.name.clone(), run.id);
                if !channel.filter.contains(&run.organization, &run.job_name) || self.0.contains(&key) {
                    continue;
                }
                if start.elapsed() >= MAX_TIME {
                    return Ok(has_new);
                }
                let log = in_time(store.log_summary(run.number)).await?;
                let content = Content::of_slow(channel, run, limit, now, &log);
                // Each on its own: a long log must not cause the others to be counted again.
                store.announce(&[], &[notification(&channel.name, &content)], now).await?;
                self.0.insert(key);
                has_new = true;
            }
        }
        Ok(has_new)
    }
}
