//! Notifications.

use async_trait::async_trait;
use txjobs_sdk::Severity;
use uuid::Uuid;

use super::connection::PgTransaction;
use super::store::PostgresStore;
use crate::error::Result;
use crate::notifications::{
    ChannelRow, ChannelState, DeclaredChannel, LatestTimes, LogSummary, NewNotification, Notification,
    NotificationRow, NotificationStore, NotifiedRun, NotifiedRunRow, StartCheck,
};
use crate::time::Micros;

/// The lock of changes of channels and of new notifications: "TXJN". It ends with its transaction.
const LOCK: i64 = 0x5458_4a4e;

#[async_trait]
impl NotificationStore for PostgresStore {
    async fn declare_channels(&self, channels: &[DeclaredChannel], now: Micros) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.lock_notifications().await?;
        let (names, definitions) = columns(channels);
        sqlx::query("DELETE FROM notification_channels WHERE name <> ALL ($1)")
            .bind(&names)
            .execute(&mut tx)
            .await?;
        tx.insert_channels(channels, now).await?;
        sqlx::query(
            "UPDATE notification_channels c SET check_definition = d.definition, checked_until = $3
             FROM unnest($1::text[], $2::text[]) AS d (name, definition)
             WHERE c.name = d.name AND c.check_definition IS DISTINCT FROM d.definition",
        )
        .bind(names)
        .bind(definitions)
        .bind(now)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }

    async fn restore_channels(&self, channels: &[DeclaredChannel], now: Micros) -> Result<bool> {
        let mut tx = self.begin().await?;
        tx.lock_notifications().await?;
        let count = tx.insert_channels(channels, now).await?;
        tx.commit().await?;
        Ok(count > 0)
    }

    async fn channel_states(&self) -> Result<Vec<ChannelState>> {
        let mut tx = self.begin().await?;
        let rows: Vec<ChannelRow> = sqlx::query_as(
            "SELECT c.name, c.since, EXISTS (SELECT 1 FROM unannounced_runs u WHERE u.channel = c.name),
                 count(n.id), min(n.next_attempt_at), c.busy_until, c.check_definition, c.checked_until
             FROM notification_channels c
             LEFT JOIN notifications n ON n.channel = c.name AND n.next_attempt_at IS NOT NULL
             GROUP BY c.name ORDER BY c.name",
        )
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(rows.into_iter().map(ChannelState::from).collect())
    }

    async fn unannounced_runs(&self, channels: &[String], limit: u32) -> Result<Vec<(String, NotifiedRun)>> {
        let mut tx = self.begin().await?;
        let rows: Vec<(String, Uuid)> = sqlx::query_as(
            "SELECT u.channel, u.execution FROM unannounced_runs u JOIN executions e ON e.id = u.execution
             WHERE u.channel = ANY ($1) ORDER BY e.ended_at, e.number, u.channel LIMIT $2",
        )
        .bind(channels)
        .bind(i64::from(limit))
        .fetch_all(&mut tx)
        .await?;
        let mut runs: Vec<(String, NotifiedRun)> = Vec::with_capacity(rows.len());
        for (channel, id) in rows {
            let run = match runs.last().filter(|(_, last)| last.id == id) {
                Some((_, run)) => Some(run.clone()),
                None => tx.notified_run(id).await?,
            };
            runs.extend(run.map(|run| (channel, run)));
        }
        tx.rollback().await?;
        Ok(runs)
    }

    async fn running_runs(&self, created_before: Micros) -> Result<Vec<NotifiedRun>> {
        let mut tx = self.begin().await?;
        let rows: Vec<NotifiedRunRow> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, j.name, o.name, e.trigger_id, e.starter, e.link, e.state, e.cancel_requested,
                 e.created_at, e.ended_at
             FROM executions e JOIN jobs j ON j.id = e.job JOIN organizations o ON o.id = j.organization
             WHERE e.state = 1 AND e.created_at < $1 ORDER BY e.number",
        )
        .bind(created_before)
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(rows.into_iter().map(NotifiedRun::from).collect())
    }

    async fn has_execution_between(&self, job: Uuid, after: Micros, until: Micros) -> Result<bool> {
        let mut tx = self.begin().await?;
        let exists = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM executions WHERE job = $1 AND created_at > $2 AND created_at <= $3)",
        )
        .bind(job)
        .bind(after)
        .bind(until)
        .fetch_one(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(exists)
    }

    async fn log_summary(&self, execution: i64) -> Result<LogSummary> {
        let mut tx = self.begin().await?;
        let (warnings, errors, first_error) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE severity = $2), count(*) FILTER (WHERE severity = $3),
                 (SELECT message FROM lines WHERE execution = $1 AND severity = $3 ORDER BY seq LIMIT 1)
             FROM lines WHERE execution = $1",
        )
        .bind(execution)
        .bind(Severity::Warning.number())
        .bind(Severity::Error.number())
        .fetch_one(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(LogSummary { warnings, errors, first_error })
    }

    async fn announce(
        &self,
        runs: &[(String, Uuid)],
        notifications: &[NewNotification],
        now: Micros,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        // Nodes that announce the same runs wait for each other.
        tx.lock_notifications().await?;
        tx.insert_notifications(notifications, now).await?;
        let (channels, executions): (Vec<&str>, Vec<Uuid>) =
            runs.iter().map(|(channel, execution)| (channel.as_str(), *execution)).unzip();
        sqlx::query(
            "DELETE FROM unannounced_runs
             WHERE (channel, execution) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))",
        )
        .bind(channels)
        .bind(executions)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }

    async fn announce_missing_runs(
        &self,
        check: StartCheck<'_>,
        notifications: &[NewNotification],
        now: Micros,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        tx.lock_notifications().await?;
        let done = sqlx::query(
            "UPDATE notification_channels SET checked_until = $4
             WHERE name = $1 AND check_definition = $2 AND checked_until = $3",
        )
        .bind(check.channel)
        .bind(check.definition)
        .bind(check.checked_until)
        .bind(check.due_time)
        .execute(&mut tx)
        .await?;
        if done.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
        tx.insert_notifications(notifications, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn claim_notification(
        &self,
        channel: &str,
        now: Micros,
        retry_at: Micros,
    ) -> Result<Option<Notification>> {
        let mut tx = self.begin().await?;
        // Another node that claims waits here for the row, and then finds that the channel is busy. Ends of runs do not wait: the
        // update changes no key.
        let failures: Option<i64> = sqlx::query_scalar(
            "UPDATE notification_channels SET busy_until = $3 WHERE name = $1 AND busy_until <= $2 RETURNING failures",
        )
        .bind(channel)
        .bind(now)
        .bind(retry_at)
        .fetch_optional(&mut tx)
        .await?;
        let Some(failures) = failures else {
            tx.rollback().await?;
            return Ok(None);
        };
        let claimed: Option<NotificationRow> = sqlx::query_as(
            "UPDATE notifications SET attempts = attempts + 1, next_attempt_at = $3 WHERE id =
                 (SELECT id FROM notifications WHERE channel = $1 AND next_attempt_at <= $2 ORDER BY id LIMIT 1)
             RETURNING id, channel, event, content, created_at, attempts, next_attempt_at",
        )
        .bind(channel)
        .bind(now)
        .bind(retry_at)
        .fetch_optional(&mut tx)
        .await?;
        match claimed {
            None => tx.rollback().await?,
            Some(_) => tx.commit().await?,
        }
        Ok(claimed.map(|row| Notification::from_row(row, failures)))
    }

    async fn note_delivery(&self, notification: &Notification, now: Micros) -> Result<()> {
        let mut tx = self.begin().await?;
        // The channel first, as in a claim, so that no two transactions wait for each other.
        sqlx::query(
            "UPDATE notification_channels SET busy_until = 0, failures = 0 WHERE name = $1 AND busy_until = $2",
        )
        .bind(&notification.channel)
        .bind(notification.busy_until)
        .execute(&mut tx)
        .await?;
        sqlx::query(
            "UPDATE notifications SET delivered_at = $2, next_attempt_at = NULL WHERE id = $1 AND delivered_at IS NULL",
        )
        .bind(notification.id)
        .bind(now)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }

    async fn postpone_notification(
        &self,
        notification: &Notification,
        next_attempt_at: Option<Micros>,
        busy_until: Micros,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE notification_channels SET busy_until = $3, failures = failures + 1 WHERE name = $1 AND busy_until = $2",
        )
        .bind(&notification.channel)
        .bind(notification.busy_until)
        .bind(busy_until)
        .execute(&mut tx)
        .await?;
        sqlx::query(
            "UPDATE notifications SET next_attempt_at = $3
             WHERE id = $1 AND attempts = $2 AND next_attempt_at IS NOT NULL",
        )
        .bind(notification.id)
        .bind(notification.attempts)
        .bind(next_attempt_at)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }

    async fn reset_later_times(&self, latest: LatestTimes, now: Micros) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.lock_notifications().await?;
        // The channels first, as in a claim.
        sqlx::query(
            "UPDATE notification_channels SET busy_until = CASE WHEN busy_until > $1 THEN 0 ELSE busy_until END,
                 checked_until = CASE WHEN checked_until > $2 THEN $3 ELSE checked_until END
             WHERE busy_until > $1 OR checked_until > $2",
        )
        .bind(latest.busy_until)
        .bind(latest.checked_until)
        .bind(now)
        .execute(&mut tx)
        .await?;
        sqlx::query("UPDATE notifications SET next_attempt_at = $2 WHERE next_attempt_at > $1")
            .bind(latest.next_attempt_at)
            .bind(now)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    async fn delete_old_notifications(&self, created_before: Micros, kept_events: &[String]) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.lock_notifications().await?;
        sqlx::query("DELETE FROM notifications WHERE created_at < $1 AND event <> ALL ($2)")
            .bind(created_before)
            .bind(kept_events)
            .execute(&mut tx)
            .await?;
        sqlx::query(
            "DELETE FROM unannounced_runs u WHERE NOT EXISTS (SELECT 1 FROM executions e WHERE e.id = u.execution)",
        )
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }
}

impl PgTransaction {
    async fn lock_notifications(&mut self) -> Result<()> {
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(self).await?;
        Ok(())
    }

    /// Returns the number of new ones.
    async fn insert_channels(&mut self, channels: &[DeclaredChannel], now: Micros) -> Result<u64> {
        let (names, definitions) = columns(channels);
        let done = sqlx::query(
            "INSERT INTO notification_channels (name, since, check_definition, checked_until)
             SELECT name, $3, definition, $3 FROM unnest($1::text[], $2::text[]) AS declared (name, definition)
             ON CONFLICT DO NOTHING",
        )
        .bind(names)
        .bind(definitions)
        .bind(now)
        .execute(self)
        .await?;
        Ok(done.rows_affected())
    }

    async fn insert_notifications(&mut self, notifications: &[NewNotification], now: Micros) -> Result<()> {
        for NewNotification { channel, event, content } in notifications {
            sqlx::query(
                "INSERT INTO notifications (channel, event, content, created_at, next_attempt_at)
                 SELECT name, $2, $3, $4, $4 FROM notification_channels WHERE name = $1
                 ON CONFLICT DO NOTHING",
            )
            .bind(channel)
            .bind(event)
            .bind(content)
            .bind(now)
            .execute(&mut *self)
            .await?;
        }
        Ok(())
    }

    async fn notified_run(&mut self, id: Uuid) -> Result<Option<NotifiedRun>> {
        let row: Option<NotifiedRunRow> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, j.name, o.name, e.trigger_id, e.starter, e.link, e.state, e.cancel_requested,
                 e.created_at, e.ended_at
             FROM executions e JOIN jobs j ON j.id = e.job JOIN organizations o ON o.id = j.organization WHERE e.id = $1",
        )
        .bind(id)
        .fetch_optional(self)
        .await?;
        Ok(row.map(NotifiedRun::from))
    }
}

/// Returns the names and the definitions of channels.
fn columns(channels: &[DeclaredChannel]) -> (Vec<&str>, Vec<Option<&str>>) {
    channels.iter().map(|channel| (channel.name.as_str(), channel.check_definition.as_deref())).unzip()
}
