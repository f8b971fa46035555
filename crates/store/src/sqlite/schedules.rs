//! Schedules, and the runs that they start.

use async_trait::async_trait;
use txjobs_sdk::Starter;
use uuid::Uuid;

use super::connection::transaction::WriteTransaction;
use super::store::SqliteStore;
use crate::error::Result;
use crate::schedules::{
    DeclaredSchedule, ScheduleState, ScheduleStore, ScheduledStart, StartOutcome, StartReason,
};
use crate::time::Micros;

#[async_trait]
impl ScheduleStore for SqliteStore {
    async fn declare_schedules(&self, schedules: &[DeclaredSchedule], now: Micros) -> Result<()> {
        let jobs = json(schedules.iter().map(|schedule| schedule.job));
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM schedules WHERE hex(job) NOT IN (SELECT upper(value) FROM json_each(?))")
            .bind(jobs)
            .execute(&mut tx)
            .await?;
        for schedule in schedules {
            tx.declare_schedule(schedule, now).await?;
        }
        tx.commit().await
    }

    async fn schedule_states(&self) -> Result<Vec<ScheduleState>> {
        let rows: Vec<(Uuid, String, Micros, bool)> = sqlx::query_as(
            "SELECT job, definition, handled_until,
                 coalesce((SELECT min(has_completed) FROM schedule_upstreams u WHERE u.job = s.job), 0)
             FROM schedules s",
        )
        .fetch_all(&self.read_pool)
        .await?;
        let state = |(job, definition, handled_until, is_after_complete)| ScheduleState {
            job,
            definition,
            handled_until,
            is_after_complete,
        };
        Ok(rows.into_iter().map(state).collect())
    }

    async fn start_scheduled_run(&self, start: ScheduledStart<'_>) -> Result<StartOutcome> {
        let ScheduledStart { job, definition, reason, cause, now } = start;
        let mut tx = self.write().await?;
        let (is_current, starter) = match reason {
            StartReason::DueTime { handled_until, due_time } => {
                (tx.set_handled_until(job, definition, handled_until, due_time).await?, Starter::Schedule)
            }
            StartReason::Jobs => (tx.use_completions(job, definition).await?, Starter::Job),
        };
        if !is_current {
            tx.rollback().await?;
            return Ok(StartOutcome::Superseded);
        }
        let done = sqlx::query(
            "INSERT INTO executions (id, job, trigger_id, starter, state, requested_at, cause)
             SELECT ?1, ?2, zeroblob(16), ?3, 0, ?4, ?5
             WHERE NOT EXISTS (SELECT 1 FROM executions INDEXED BY executions_unfinished WHERE job = ?2 AND state < 2)",
        )
        .bind(Uuid::new_v4())
        .bind(job)
        .bind(starter.number())
        .bind(now)
        .bind(cause)
        .execute(&mut tx)
        .await?;
        if done.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(StartOutcome::Busy);
        }
        tx.commit().await?;
        Ok(StartOutcome::Started)
    }

    async fn skip_due_times(
        &self,
        job: Uuid,
        definition: &str,
        handled_until: Micros,
        skip_until: Micros,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        let is_current = tx.set_handled_until(job, definition, handled_until, skip_until).await?;
        match is_current {
            true => tx.commit().await?,
            false => tx.rollback().await?,
        }
        Ok(is_current)
    }
}

impl WriteTransaction {
    async fn declare_schedule(&mut self, schedule: &DeclaredSchedule, now: Micros) -> Result<()> {
        let DeclaredSchedule { job, definition, after } = schedule;
        sqlx::query(
            "INSERT INTO schedules (job, definition, handled_until) VALUES (?, ?, ?)
             ON CONFLICT (job) DO UPDATE SET definition = excluded.definition,
                 handled_until = max(schedules.handled_until, excluded.handled_until)
             WHERE schedules.definition <> excluded.definition",
        )
        .bind(job)
        .bind(definition)
        .bind(now)
        .execute(&mut *self)
        .await?;
        sqlx::query(
            "DELETE FROM schedule_upstreams
             WHERE job = ? AND hex(upstream) NOT IN (SELECT upper(value) FROM json_each(?))",
        )
        .bind(job)
        .bind(json(after.iter().copied()))
        .execute(&mut *self)
        .await?;
        for upstream in after {
            sqlx::query(
                "INSERT INTO schedule_upstreams (job, upstream) VALUES (?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(job)
            .bind(upstream)
            .execute(&mut *self)
            .await?;
        }
        Ok(())
    }

    /// Marks due times as handled. Returns false and changes nothing if the schedule is another one or handled already, or if the
    /// job is no longer declared.
    async fn set_handled_until(
        &mut self,
        job: Uuid,
        definition: &str,
        before: Micros,
        after: Micros,
    ) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE schedules SET handled_until = ?4 WHERE job = ?1 AND definition = ?2 AND handled_until = ?3
                 AND EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND position IS NOT NULL)",
        )
        .bind(job)
        .bind(definition)
        .bind(before)
        .bind(after)
        .execute(self)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Uses up the completions of the jobs after which this one runs. Returns false if they are not complete, or if the schedule
    /// is another one, or if the job is no longer declared.
    async fn use_completions(&mut self, job: Uuid, definition: &str) -> Result<bool> {
        let is_complete: bool = sqlx::query_scalar(
            "SELECT coalesce((SELECT min(has_completed) FROM schedule_upstreams WHERE job = ?1), 0)
                 AND EXISTS (SELECT 1 FROM schedules s JOIN jobs j ON j.id = s.job
                             WHERE s.job = ?1 AND s.definition = ?2 AND j.position IS NOT NULL)",
        )
        .bind(job)
        .bind(definition)
        .fetch_one(&mut *self)
        .await?;
        if is_complete {
            sqlx::query("UPDATE schedule_upstreams SET has_completed = 0 WHERE job = ?")
                .bind(job)
                .execute(self)
                .await?;
        }
        Ok(is_complete)
    }

    /// Notes for the jobs that run after this one that a run of it has completed.
    pub(super) async fn note_completion(&mut self, job: Uuid) -> Result<()> {
        sqlx::query(
            "UPDATE schedule_upstreams SET has_completed = 1 WHERE upstream = ? AND has_completed = 0",
        )
        .bind(job)
        .execute(self)
        .await?;
        Ok(())
    }
}

/// Returns ids as a list for `json_each`.
fn json(ids: impl IntoIterator<Item = Uuid>) -> String {
    serde_json::Value::from_iter(ids.into_iter().map(|id| id.simple().to_string())).to_string()
}
