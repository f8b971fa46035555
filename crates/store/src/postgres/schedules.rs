//! Schedules, and the runs that they start.

use async_trait::async_trait;
use txjobs_sdk::Starter;
use uuid::Uuid;

use super::connection::PgTransaction;
use super::store::PostgresStore;
use crate::error::Result;
use crate::schedules::{
    DeclaredSchedule, ScheduleState, ScheduleStore, ScheduledStart, StartOutcome, StartReason,
};
use crate::time::Micros;

/// The lock of changes of schedules: "TXJD". It ends with its transaction.
const LOCK: i64 = 0x5458_4a44;

#[async_trait]
impl ScheduleStore for PostgresStore {
    async fn declare_schedules(&self, schedules: &[DeclaredSchedule], now: Micros) -> Result<()> {
        let mut tx = self.begin().await?;
        // Nodes that start at the same time wait for each other.
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut tx).await?;
        // Runs that end now wait. Otherwise this and they could lock the same rows in different orders.
        sqlx::query("LOCK TABLE schedule_upstreams IN SHARE ROW EXCLUSIVE MODE").execute(&mut tx).await?;
        tx.declare_schedules(schedules, now).await?;
        tx.commit().await
    }

    async fn schedule_states(&self) -> Result<Vec<ScheduleState>> {
        let mut tx = self.begin().await?;
        let rows: Vec<(Uuid, String, Micros, bool)> = sqlx::query_as(
            "SELECT job, definition, handled_until,
                 coalesce((SELECT bool_and(has_completed) FROM schedule_upstreams u WHERE u.job = s.job), false)
             FROM schedules s",
        )
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
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
        let mut tx = self.begin().await?;
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
             SELECT $1, $2, $3, $4, 0, $5, $6
             WHERE NOT EXISTS (SELECT 1 FROM executions WHERE job = $2 AND state < 2)
             ON CONFLICT (job, queue_index) WHERE state < 2 DO NOTHING",
        )
        .bind(Uuid::new_v4())
        .bind(job)
        .bind(Uuid::nil())
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
        let mut tx = self.begin().await?;
        let is_current = tx.set_handled_until(job, definition, handled_until, skip_until).await?;
        match is_current {
            true => tx.commit().await?,
            false => tx.rollback().await?,
        }
        Ok(is_current)
    }
}

impl PgTransaction {
    async fn declare_schedules(&mut self, schedules: &[DeclaredSchedule], now: Micros) -> Result<()> {
        let jobs: Vec<Uuid> = schedules.iter().map(|schedule| schedule.job).collect();
        sqlx::query("DELETE FROM schedules WHERE job <> ALL ($1)").bind(&jobs).execute(&mut *self).await?;
        sqlx::query(
            "INSERT INTO schedules (job, definition, handled_until)
             SELECT job, definition, $3 FROM unnest($1::uuid[], $2::text[]) AS declared (job, definition)
             ON CONFLICT (job) DO UPDATE SET definition = excluded.definition,
                 handled_until = greatest(schedules.handled_until, excluded.handled_until)
             WHERE schedules.definition <> excluded.definition",
        )
        .bind(&jobs)
        .bind(schedules.iter().map(|schedule| schedule.definition.as_str()).collect::<Vec<_>>())
        .bind(now)
        .execute(&mut *self)
        .await?;
        let pairs = schedules.iter().flat_map(|schedule| schedule.after.iter().map(|id| (schedule.job, *id)));
        let (jobs, upstreams): (Vec<Uuid>, Vec<Uuid>) = pairs.unzip();
        sqlx::query(
            "DELETE FROM schedule_upstreams
             WHERE (job, upstream) NOT IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        )
        .bind(&jobs)
        .bind(&upstreams)
        .execute(&mut *self)
        .await?;
        sqlx::query(
            "INSERT INTO schedule_upstreams (job, upstream) SELECT * FROM unnest($1::uuid[], $2::uuid[])
             ON CONFLICT DO NOTHING",
        )
        .bind(&jobs)
        .bind(&upstreams)
        .execute(self)
        .await?;
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
            "UPDATE schedules SET handled_until = $4 WHERE job = $1 AND definition = $2 AND handled_until = $3
                 AND EXISTS (SELECT 1 FROM jobs WHERE id = $1 AND position IS NOT NULL)",
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
        // A row that the end of a run has locked counts with the next call: waiting for it here could end in a circle.
        let done = sqlx::query(
            "WITH completed AS (SELECT upstream FROM schedule_upstreams WHERE job = $1 AND has_completed
                                FOR UPDATE SKIP LOCKED)
             UPDATE schedule_upstreams u SET has_completed = false FROM completed c
             WHERE u.job = $1 AND u.upstream = c.upstream
                 AND (SELECT count(*) FROM completed) = (SELECT count(*) FROM schedule_upstreams WHERE job = $1)
                 AND EXISTS (SELECT 1 FROM schedules s JOIN jobs j ON j.id = s.job
                             WHERE s.job = $1 AND s.definition = $2 AND j.position IS NOT NULL)",
        )
        .bind(job)
        .bind(definition)
        .execute(self)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes for the jobs that run after this one that a run of it has completed.
    pub(super) async fn note_completion(&mut self, job: Uuid) -> Result<()> {
        sqlx::query(
            "UPDATE schedule_upstreams SET has_completed = true WHERE upstream = $1 AND NOT has_completed",
        )
        .bind(job)
        .execute(self)
        .await?;
        Ok(())
    }
}
