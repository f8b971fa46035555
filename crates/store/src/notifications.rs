//! Notifications: of which events a channel is told, and what was delivered.

use async_trait::async_trait;
use txjobs_sdk::{ExecutionState, Starter};
use uuid::Uuid;

use crate::error::Result;
use crate::time::Micros;

/// A channel of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredChannel {
    /// Its name.
    pub name: String,
    /// Everything that decides when which jobs should have started, as text. `None`: the channel is not told of it.
    pub check_definition: Option<String>,
}

/// How far a channel has checked whether jobs have started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckState {
    /// The definition of the newest start or reload of a node.
    pub definition: String,
    /// Due times up to this time are checked.
    pub checked_until: Micros,
}

/// A check whether jobs have started.
#[derive(Clone, Copy, Debug)]
pub struct StartCheck<'a> {
    /// The name of the channel.
    pub channel: &'a str,
    /// The definition of the check. Another one in the store stores nothing.
    pub definition: &'a str,
    /// The time up to which due times were checked before.
    pub checked_until: Micros,
    /// The due time that is checked, the latest one.
    pub due_time: Micros,
}

/// The latest times that a clock that is right stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatestTimes {
    /// The end of the pause of a channel.
    pub busy_until: Micros,
    /// The next attempt to deliver a notification.
    pub next_attempt_at: Micros,
    /// The progress of a check.
    pub checked_until: Micros,
}

/// What the store knows about a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// Its name.
    pub name: String,
    /// When it was declared first.
    pub since: Micros,
    /// Whether runs have ended of which it has no notification yet.
    pub has_unannounced_runs: bool,
    /// The number of notifications that are to be delivered.
    pub pending: i64,
    /// When the first of them can be attempted.
    pub next_attempt_at: Option<Micros>,
    /// Until when an attempt is under way, or nothing is sent to its server.
    pub busy_until: Micros,
    /// How far it has checked whether jobs have started, if it does.
    pub check: Option<CheckState>,
}

/// A run of which people are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifiedRun {
    /// The number of its execution in the store.
    pub number: i64,
    /// The id of its execution.
    pub id: Uuid,
    /// Its job.
    pub job: Uuid,
    /// The name of the job.
    pub job_name: String,
    /// The name of the organization.
    pub organization: String,
    /// The trigger id; nil if the run was not started by the API.
    pub trigger_id: Uuid,
    /// What started it, if that is known.
    pub starter: Option<Starter>,
    /// The address of a page about it in the system where its work runs.
    pub link: Option<String>,
    /// Its state.
    pub state: ExecutionState,
    /// Whether its cancellation was requested.
    pub is_canceled: bool,
    /// When the execution was created.
    pub created_at: Micros,
    /// When it ended.
    pub ended_at: Option<Micros>,
}

/// What a log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSummary {
    /// The number of warnings.
    pub warnings: i64,
    /// The number of errors.
    pub errors: i64,
    /// The text of the first error.
    pub first_error: Option<String>,
}

/// A notification that is to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotification {
    /// The name of its channel.
    pub channel: String,
    /// What it is about. A channel is notified of an event once.
    pub event: String,
    /// Its content.
    pub content: String,
}

/// A notification whose delivery a node attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its number in the store.
    pub id: i64,
    /// The name of its channel.
    pub channel: String,
    /// What it is about.
    pub event: String,
    /// Its content.
    pub content: String,
    /// When it was stored.
    pub created_at: Micros,
    /// The number of attempts, with this one.
    pub attempts: i64,
    /// When the attempt ends unless the node says earlier what became of it.
    pub busy_until: Micros,
    /// The number of failed attempts of the channel since its last delivery.
    pub failures: i64,
}

/// Name, declaration, unannounced runs, number of pending notifications, next attempt, pause, definition and progress of the check.
pub(crate) type ChannelRow = (String, Micros, bool, i64, Option<Micros>, Micros, Option<String>, Micros);

impl From<ChannelRow> for ChannelState {
    fn from(row: ChannelRow) -> Self {
        let (
            name,
            since,
            has_unannounced_runs,
            pending,
            next_attempt_at,
            busy_until,
            definition,
            checked_until,
        ) = row;
        Self {
            name,
            since,
            has_unannounced_runs,
            pending,
            next_attempt_at: next_attempt_at.map(|next| next.max(busy_until)),
            busy_until,
            check: definition.map(|definition| CheckState { definition, checked_until }),
        }
    }
}

/// Number, channel, event, content, creation, attempts, and end of the attempt.
pub(crate) type NotificationRow = (i64, String, String, String, Micros, i64, Micros);

impl Notification {
    pub(crate) fn from_row(row: NotificationRow, failures: i64) -> Self {
        let (id, channel, event, content, created_at, attempts, busy_until) = row;
        Self { id, channel, event, content, created_at, attempts, busy_until, failures }
    }
}

/// Number, id, job, name of the job, organization, trigger id, starter, link, state, cancellation, creation, and end.
pub(crate) type NotifiedRunRow =
    (i64, Uuid, Uuid, String, String, Uuid, Option<i64>, Option<String>, i64, bool, Micros, Option<Micros>);

impl From<NotifiedRunRow> for NotifiedRun {
    fn from(row: NotifiedRunRow) -> Self {
        let (
            number,
            id,
            job,
            job_name,
            organization,
            trigger_id,
            starter,
            link,
            state,
            canceled,
            created_at,
            ended_at,
        ) = row;
        let (starter, state) = (starter.map(Starter::from), ExecutionState::from(state));
        Self {
            number,
            id,
            job,
            job_name,
            organization,
            trigger_id,
            starter,
            link,
            state,
            is_canceled: canceled,
            created_at,
            ended_at,
        }
    }
}

/// Stores notifications.
#[async_trait]
pub trait NotificationStore: Send + Sync {
    /// Makes the channels of the configuration the current ones. A new one is told of runs that end from now on. Another one is
    /// deleted with its notifications. The check of a new definition begins now.
    async fn declare_channels(&self, channels: &[DeclaredChannel], now: Micros) -> Result<()>;

    /// Adds channels that a node with another configuration has deleted. Returns whether there were any.
    async fn restore_channels(&self, channels: &[DeclaredChannel], now: Micros) -> Result<bool>;

    /// Returns the states of all channels.
    async fn channel_states(&self) -> Result<Vec<ChannelState>>;

    /// Returns runs that have ended and of which these channels have no notification yet, by their ends, and the channel of each.
    async fn unannounced_runs(&self, channels: &[String], limit: u32) -> Result<Vec<(String, NotifiedRun)>>;

    /// Returns the running runs whose execution was created before this time.
    async fn running_runs(&self, created_before: Micros) -> Result<Vec<NotifiedRun>>;

    /// Returns whether an execution of the job was created after one time, until and including another one.
    async fn has_execution_between(&self, job: Uuid, after: Micros, until: Micros) -> Result<bool>;

    /// Returns the numbers of warnings and errors of a run, and the first error.
    async fn log_summary(&self, execution: i64) -> Result<LogSummary>;

    /// Stores notifications, unless their channels are told of the events already, and in the same transaction marks runs as
    /// announced: the channel and the id of the execution of each. A notification of a channel that is deleted is dropped.
    async fn announce(
        &self,
        runs: &[(String, Uuid)],
        notifications: &[NewNotification],
        now: Micros,
    ) -> Result<()>;

    /// Marks due times as checked, and in the same transaction stores notifications of jobs that have not started. Returns false and
    /// changes nothing if another node has checked them, or if the definition is another one.
    async fn announce_missing_runs(
        &self,
        check: StartCheck<'_>,
        notifications: &[NewNotification],
        now: Micros,
    ) -> Result<bool>;

    /// Begins an attempt to deliver the first notification of a channel that is due. Both the notification and the channel are busy
    /// until `retry_at`, unless the node says earlier what became of the attempt. Returns `None` while the channel is busy.
    async fn claim_notification(
        &self,
        channel: &str,
        now: Micros,
        retry_at: Micros,
    ) -> Result<Option<Notification>>;

    /// Notes that a notification is delivered, and that its channel is no longer busy.
    async fn note_delivery(&self, notification: &Notification, now: Micros) -> Result<()>;

    /// Notes that an attempt has failed, when the next one is due, and until when the channel attempts nothing. `None`: there is no
    /// further attempt. Does nothing if another node has begun a further attempt.
    async fn postpone_notification(
        &self,
        notification: &Notification,
        next_attempt_at: Option<Micros>,
        busy_until: Micros,
    ) -> Result<()>;

    /// Makes due now what a clock that was ahead has put off until after these times.
    async fn reset_later_times(&self, latest: LatestTimes, now: Micros) -> Result<()>;

    /// Deletes notifications that were stored before this time, except for those of these events, and marks runs that were deleted as
    /// announced.
    async fn delete_old_notifications(&self, created_before: Micros, kept_events: &[String]) -> Result<()>;
}
