//! Makes notifications of jobs that have not started in time.

use std::collections::HashMap;

use txjobs_store::time::micros;
use txjobs_store::{ChannelState, Result, Store};

use super::announcements::notification;
use crate::clock::Micros;
use crate::notify::{ChannelSet, Content};

/// The longest time after a due time in which it is checked, for instance because no node was there: a day.
const MAX_DELAY: Micros = 86_400_000_000;

/// How far the due times of each channel are checked, as far as this node knows.
#[derive(Debug, Default)]
pub(super) struct MissingRuns(HashMap<String, Progress>);

#[derive(Clone, Copy, Debug)]
struct Progress {
    checked_until: Micros,
    next_due_time: Option<Micros>,
}

impl MissingRuns {
    /// Stores a notification of each job that has not started before the latest due time. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Fails if the store fails. The next call continues.
    pub async fn check(
        &mut self,
        store: &dyn Store,
        channels: &ChannelSet,
        states: &[ChannelState],
        now: Micros,
    ) -> Result<bool> {
        let mut notifications = Vec::new();
        let mut checked = Vec::new();
        for channel in channels.channels() {
            let Some(not_started) = &channel.not_started else { continue };
            let Some(state) = states.iter().find(|state| state.name == channel.name) else { continue };
            let due_times = &not_started.due_times;
            let progress = self.0.entry(channel.name.clone()).or_insert_with(|| {
                let checked_until = state.since.max(now.saturating_sub(MAX_DELAY));
                Progress { checked_until, next_due_time: due_times.next_after(checked_until) }
            });
            if progress.next_due_time.is_none_or(|due| due > now) {
                continue;
            }
            let Some(due) = due_times.between(progress.checked_until, now) else { continue };
            let after = due.latest.saturating_sub(micros(not_started.within));
            for job in &not_started.jobs {
                if !store.has_execution_between(job.id, after, due.latest).await? {
                    let content = Content::of_not_started(channel, job, not_started, due.latest);
                    notifications.push(notification(&channel.name, &content));
                }
            }
            let next_due_time = due_times.next_after(due.latest);
            checked.push((channel.name.clone(), Progress { checked_until: due.latest, next_due_time }));
        }
        let has_some = !notifications.is_empty();
        if has_some {
            store.announce(&[], &notifications, now).await?;
        }
        self.0.extend(checked);
        Ok(has_some)
    }

    /// Returns the next due time that is not checked.
    pub fn next_due_time(&self) -> Option<Micros> {
        self.0.values().filter_map(|progress| progress.next_due_time).min()
    }
}
