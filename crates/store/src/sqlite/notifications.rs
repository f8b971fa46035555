//! Notifications.

use async_trait::async_trait;
use serde_json::Value;
use txjobs_sdk::Severity;
use uuid::Uuid;

use super::connection::transaction::WriteTransaction;
use super::store::SqliteStore;
use crate::error::Result;
use crate::notifications::{
    ChannelRow, ChannelState, DeclaredChannel, LatestTimes, LogSummary, NewNotification, Notification,
    NotificationRow, NotificationStore, NotifiedRun, NotifiedRunRow, StartCheck,
};
use crate::time::Micros;

#[async_trait]
impl NotificationStore for SqliteStore {
    async fn declare_channels(&self, channels: &[DeclaredChannel], now: Micros) -> Result<()> {
        let names: Value = channels.iter().map(|channel| channel.name.as_str()).collect();
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM notification_channels WHERE name NOT IN (SELECT value FROM json_each(?))")
            .bind(names.to_string())
            .execute(&mut tx)
            .await?;
        tx.insert_channels(channels, now).await?;
        for DeclaredChannel { name, check_definition } in channels {
            sqlx::query(
                "UPDATE notification_channels SET check_definition = ?2, checked_until = ?3
                 WHERE name = ?1 AND check_definition IS NOT ?2",
            )
            .bind(name)
            .bind(check_definition)
            .bind(now)
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await
    }

    async fn restore_channels(&self, channels: &[DeclaredChannel], now: Micros) -> Result<bool> {
        let mut tx = self.write().await?;
        let count = tx.insert_channels(channels, now).await?;
        tx.commit().await?;
        Ok(count > 0)
    }

    async fn channel_states(&self) -> Result<Vec<ChannelState>> {
        let rows: Vec<ChannelRow> = sqlx::query_as(
            "SELECT c.name, c.since, EXISTS (SELECT 1 FROM unannounced_runs u WHERE u.channel = c.name),
                 count(n.id), min(n.next_attempt_at), c.busy_until, c.check_definition, c.checked_until
             FROM notification_channels c
             LEFT JOIN notifications n ON n.channel = c.name AND n.next_attempt_at IS NOT NULL
             GROUP BY c.name ORDER BY c.name",
        )
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows.into_iter().map(ChannelState::from).collect())
    }

    async fn unannounced_runs(&self, channels: &[String], limit: u32) -> Result<Vec<(String, NotifiedRun)>> {
        let rows: Vec<(String, Uuid)> = sqlx::query_as(
            "SELECT u.channel, u.execution FROM unannounced_runs u JOIN executions e ON e.id = u.execution
             WHERE u.channel IN (SELECT value FROM json_each(?)) ORDER BY e.ended_at, e.number, u.channel LIMIT ?",
        )
        .bind(Value::from(channels).to_string())
        .bind(limit)
        .fetch_all(&self.read_pool)
        .await?;
        let mut runs: Vec<(String, NotifiedRun)> = Vec::with_capacity(rows.len());
        for (channel, id) in rows {
            let run = match runs.last().filter(|(_, last)| last.id == id) {
                Some((_, run)) => Some(run.clone()),
                None => self.notified_run(id).await?,
            };
            runs.extend(run.map(|run| (channel, run)));
        }
        Ok(runs)
    }

    async fn running_runs(&self, created_before: Micros) -> Result<Vec<NotifiedRun>> {
        let rows: Vec<NotifiedRunRow> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, j.name, o.name, e.trigger_id, e.starter, e.link, e.state, e.cancel_requested,
                 e.created_at, e.ended_at
             FROM executions e INDEXED BY executions_unfinished
             JOIN jobs j ON j.id = e.job JOIN organizations o ON o.id = j.organization
             WHERE e.state < 2 AND e.state = 1 AND e.created_at < ? ORDER BY e.number",
        )
        .bind(created_before)
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows.into_iter().map(NotifiedRun::from).collect())
    }

    async fn has_execution_between(&self, job: Uuid, after: Micros, until: Micros) -> Result<bool> {
        let exists = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM executions WHERE job = ? AND created_at > ? AND created_at <= ?)",
        )
        .bind(job)
        .bind(after)
        .bind(until)
        .fetch_one(&self.read_pool)
        .await?;
        Ok(exists)
    }

    async fn log_summary(&self, execution: i64) -> Result<LogSummary> {
        let (warnings, errors, first_error) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE severity = ?2), count(*) FILTER (WHERE severity = ?3),
                 (SELECT message FROM lines WHERE id BETWEEN ?1 << 32 AND ?1 << 32 | 0xffffffff AND severity = ?3
                  ORDER BY id LIMIT 1)
             FROM lines WHERE id BETWEEN ?1 << 32 AND ?1 << 32 | 0xffffffff",
        )
        .bind(execution)
        .bind(Severity::Warning.number())
        .bind(Severity::Error.number())
        .fetch_one(&self.read_pool)
        .await?;
        Ok(LogSummary { warnings, errors, first_error })
    }

    async fn announce(
        &self,
        runs: &[(String, Uuid)],
        notifications: &[NewNotification],
        now: Micros,
    ) -> Result<()> {
        let mut tx = self.write().await?;
        tx.insert_notifications(notifications, now).await?;
        for (channel, execution) in runs {
            sqlx::query("DELETE FROM unannounced_runs WHERE channel = ? AND execution = ?")
                .bind(channel)
                .bind(execution)
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await
    }

    async fn announce_missing_runs(
        &self,
        check: StartCheck<'_>,
        notifications: &[NewNotification],
        now: Micros,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE notification_channels SET checked_until = ?4
             WHERE name = ?1 AND check_definition = ?2 AND checked_until = ?3",
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
        let mut tx = self.write().await?;
        let failures: Option<i64> = sqlx::query_scalar(
            "UPDATE notification_channels SET busy_until = ?3 WHERE name = ?1 AND busy_until <= ?2 RETURNING failures",
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
            "UPDATE notifications SET attempts = attempts + 1, next_attempt_at = ?3 WHERE id =
                 (SELECT id FROM notifications WHERE channel = ?1 AND next_attempt_at IS NOT NULL AND next_attempt_at <= ?2
                  ORDER BY id LIMIT 1)
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
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE notification_channels SET busy_until = 0, failures = 0 WHERE name = ? AND busy_until = ?",
        )
        .bind(&notification.channel)
        .bind(notification.busy_until)
        .execute(&mut tx)
        .await?;
        sqlx::query(
            "UPDATE notifications SET delivered_at = ?, next_attempt_at = NULL WHERE id = ? AND delivered_at IS NULL",
        )
        .bind(now)
        .bind(notification.id)
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
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE notification_channels SET busy_until = ?, failures = failures + 1 WHERE name = ? AND busy_until = ?",
        )
        .bind(busy_until)
        .bind(&notification.channel)
        .bind(notification.busy_until)
        .execute(&mut tx)
        .await?;
        sqlx::query(
            "UPDATE notifications SET next_attempt_at = ?
             WHERE id = ? AND attempts = ? AND next_attempt_at IS NOT NULL",
        )
        .bind(next_attempt_at)
        .bind(notification.id)
        .bind(notification.attempts)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }

    async fn reset_later_times(&self, latest: LatestTimes, now: Micros) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE notification_channels SET busy_until = 0 WHERE busy_until > ?")
            .bind(latest.busy_until)
            .execute(&mut tx)
            .await?;
        sqlx::query("UPDATE notification_channels SET checked_until = ? WHERE checked_until > ?")
            .bind(now)
            .bind(latest.checked_until)
            .execute(&mut tx)
            .await?;
        sqlx::query("UPDATE notifications SET next_attempt_at = ? WHERE next_attempt_at > ?")
            .bind(now)
            .bind(latest.next_attempt_at)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    async fn delete_old_notifications(&self, created_before: Micros, kept_events: &[String]) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM notifications WHERE created_at < ? AND event NOT IN (SELECT value FROM json_each(?))")
            .bind(created_before)
            .bind(Value::from(kept_events).to_string())
            .execute(&mut tx)
            .await?;
        sqlx::query(
            "DELETE FROM unannounced_runs WHERE NOT EXISTS (SELECT 1 FROM executions WHERE id = execution)",
        )
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }
}

impl WriteTransaction {
    /// Returns the number of new ones.
    async fn insert_channels(&mut self, channels: &[DeclaredChannel], now: Micros) -> Result<u64> {
        let mut count = 0;
        for DeclaredChannel { name, check_definition } in channels {
            let done = sqlx::query(
                "INSERT INTO notification_channels (name, since, check_definition, checked_until) VALUES (?1, ?2, ?3, ?2)
                 ON CONFLICT DO NOTHING",
            )
            .bind(name)
            .bind(now)
            .bind(check_definition)
            .execute(&mut *self)
            .await?;
            count += done.rows_affected();
        }
        Ok(count)
    }

    async fn insert_notifications(&mut self, notifications: &[NewNotification], now: Micros) -> Result<()> {
        for NewNotification { channel, event, content } in notifications {
            sqlx::query(
                "INSERT INTO notifications (channel, event, content, created_at, next_attempt_at)
                 SELECT name, ?2, ?3, ?4, ?4 FROM notification_channels WHERE name = ?1
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
}

impl SqliteStore {
    async fn notified_run(&self, id: Uuid) -> Result<Option<NotifiedRun>> {
        let row: Option<NotifiedRunRow> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, j.name, o.name, e.trigger_id, e.starter, e.link, e.state, e.cancel_requested,
                 e.created_at, e.ended_at
             FROM executions e JOIN jobs j ON j.id = e.job JOIN organizations o ON o.id = j.organization WHERE e.id = ?",
        )
        .bind(id)
        .fetch_optional(&self.read_pool)
        .await?;
        Ok(row.map(NotifiedRun::from))
    }
}
