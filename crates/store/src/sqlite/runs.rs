//! The life of a run: requested, claimed, ended, or canceled in between.

use async_trait::async_trait;
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use super::connection::transaction::WriteTransaction;
use super::store::SqliteStore;
use crate::error::{ErrorKind, Result};
use crate::executions::SUCCESSES;
use crate::identifiers::NodeId;
use crate::lines::Line;
use crate::retention::Retention;
use crate::run::{Run, RunRow};
use crate::runs::{
    BusyPolicy, CANCELED_PENDING, CancelOutcome, Claim, ClaimedRow, ClaimedRun, OrphanedRow, OrphanedRun,
    RunResult, RunStore,
};
use crate::time::Micros;

#[async_trait]
impl RunStore for SqliteStore {
    async fn request_run(
        &self,
        job: Uuid,
        trigger_id: Uuid,
        now: Micros,
        policy: BusyPolicy,
    ) -> Result<bool> {
        self.run_requests.send(job, trigger_id, now, policy).await
    }

    async fn claim_run(&self, claim: Claim<'_>) -> Result<Option<ClaimedRun>> {
        let Claim { node, executing, jobs, now, requested_until } = claim;
        let jobs =
            jobs.map(|jobs| serde_json::Value::from_iter(jobs.iter().map(|job| job.simple().to_string())));
        let mut tx = self.write().await?;
        let claimed: Option<ClaimedRow> = sqlx::query_as(
            "UPDATE executions SET state = 1, created_at = coalesce(created_at, ?1), node = ?3 WHERE number =
                 (SELECT number FROM executions p INDEXED BY executions_unfinished WHERE state < 2 AND (
                          state = 0 AND (requested_at <= ?2 OR requested_at > ?1)
                              AND NOT EXISTS (SELECT 1 FROM executions WHERE job = p.job AND state < 2 AND state = 1)
                          OR state = 1 AND (node IS NULL OR node = ?3 AND number NOT IN (SELECT value FROM json_each(?5))))
                      AND (?4 IS NULL OR hex(job) IN (SELECT upper(value) FROM json_each(?4)))
                  ORDER BY number LIMIT 1)
                 AND EXISTS (SELECT 1 FROM nodes WHERE id = ?3 AND gone_at IS NULL)
             RETURNING number, id, job, trigger_id, created_at, resume_token, link, cause",
        )
        .bind(now)
        .bind(requested_until)
        .bind(node)
        .bind(jobs.map(|jobs| jobs.to_string()))
        .bind(serde_json::Value::from(executing).to_string())
        .fetch_optional(&mut tx)
        .await?;
        match claimed {
            None => tx.rollback().await?,
            Some(_) => tx.commit().await?,
        }
        Ok(claimed.map(|row| ClaimedRun::new(row, node)))
    }

    async fn cancel_run(&self, job: Uuid, now: Micros) -> Result<CancelOutcome> {
        let mut tx = self.write().await?;
        let pending: Option<RunRow> = sqlx::query_as(
            "UPDATE executions SET state = 3, created_at = ?1, ended_at = ?1, cancel_requested = 1
             WHERE number = (SELECT number FROM executions INDEXED BY executions_unfinished WHERE job = ?2 AND state < 2
                             ORDER BY state DESC, number LIMIT 1)
                 AND state = 0
             RETURNING number, id, job, trigger_id, node",
        )
        .bind(now)
        .bind(job)
        .fetch_optional(&mut tx)
        .await?;
        let outcome = match pending.map(Run::from) {
            Some(run) => {
                tx.append_lines(run.number, 1, &[Line::error(now, CANCELED_PENDING)]).await?;
                CancelOutcome::Ended(run)
            }
            None => sqlx::query_as::<_, RunRow>(
                "UPDATE executions SET cancel_requested = 1 WHERE job = ? AND state < 2 AND state = 1
                 RETURNING number, id, job, trigger_id, node",
            )
            .bind(job)
            .fetch_optional(&mut tx)
            .await?
            .map_or(CancelOutcome::Idle, |row| CancelOutcome::Requested(row.into())),
        };
        match outcome {
            CancelOutcome::Idle => tx.rollback().await?,
            CancelOutcome::Ended(_) | CancelOutcome::Requested(_) => tx.commit().await?,
        }
        Ok(outcome)
    }

    async fn is_cancel_requested(&self, run: &Run) -> Result<bool> {
        // A reader that begins after the commit of a cancellation sees it.
        let is_requested = sqlx::query_scalar("SELECT cancel_requested FROM executions WHERE number = ?")
            .bind(run.number)
            .fetch_one(&self.read_pool)
            .await?;
        Ok(is_requested)
    }

    async fn set_resume_token(&self, run: &Run, token: &str, link: Option<&str>) -> Result<()> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE executions SET resume_token = ?, link = ? WHERE number = ? AND state < 2 AND state = 1 AND node = ?",
        )
        .bind(token)
        .bind(link)
        .bind(run.number)
        .bind(run.node)
        .execute(&mut tx)
        .await?;
        if done.rows_affected() == 0 {
            tx.rollback().await?;
            return Err(ErrorKind::NotOwner.into());
        }
        tx.commit().await
    }

    async fn end_run(&self, run: &Run, result: &RunResult, now: Micros) -> Result<ExecutionState> {
        let mut tx = self.write().await?;
        let found: Option<(i64, bool, Option<Uuid>)> =
            sqlx::query_as("SELECT state, cancel_requested, node FROM executions WHERE number = ?")
                .bind(run.number)
                .fetch_optional(&mut tx)
                .await?;
        let (state, is_canceled, node) = found.ok_or(ErrorKind::NotFound)?;
        let state = ExecutionState::from(state);
        if state.is_final() || node.unwrap_or_default() != run.node {
            let is_swept = state.is_final() && tx.has_left(run.node).await?;
            tx.rollback().await?;
            let is_owner = node.unwrap_or_default() == run.node && !is_swept;
            return if is_owner { Ok(state) } else { Err(ErrorKind::NotOwner.into()) };
        }
        let (state, lines) = result.conclude(is_canceled, now);
        tx.append_last_lines(run.number, &lines).await?;
        sqlx::query(
            "UPDATE executions SET state = ?2, created_at = coalesce(created_at, ?3), ended_at = max(?3, coalesce(created_at, ?3))
             WHERE number = ?1",
        )
        .bind(run.number)
        .bind(state.number())
        .bind(now)
        .execute(&mut tx)
        .await?;
        if SUCCESSES.contains(&state.number()) {
            tx.note_completion(run.job).await?;
        }
        tx.commit().await?;
        Ok(state)
    }

    async fn requested_at(&self, run: &Run) -> Result<Micros> {
        let time = sqlx::query_scalar("SELECT requested_at FROM executions WHERE number = ?")
            .bind(run.number)
            .fetch_one(&self.read_pool)
            .await?;
        Ok(time)
    }

    async fn latest_time(&self, run: &Run) -> Result<Micros> {
        let time = sqlx::query_scalar(
            "SELECT max(coalesce(created_at, ?1), coalesce((SELECT max(time) FROM lines
                 WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), ?1))
             FROM executions WHERE number = ?2",
        )
        .bind(Micros::MIN)
        .bind(run.number)
        .fetch_one(&self.read_pool)
        .await?;
        Ok(time)
    }

    async fn unfinished_runs_of(&self, nodes: &[NodeId]) -> Result<Vec<Run>> {
        let mut runs = Vec::new();
        for node in nodes {
            let rows: Vec<RunRow> = sqlx::query_as(
                "SELECT e.number, e.id, e.job, e.trigger_id, e.node FROM nodes n JOIN executions e ON e.node = n.id
                 WHERE n.id = ? AND e.resume_token IS NULL AND (e.state = 1 OR e.ended_at >= n.gone_at) ORDER BY e.number",
            )
            .bind(node)
            .fetch_all(&self.read_pool)
            .await?;
            runs.extend(rows.into_iter().map(Run::from));
        }
        Ok(runs)
    }

    async fn orphaned_runs(&self) -> Result<Vec<OrphanedRun>> {
        let rows: Vec<OrphanedRow> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, e.trigger_id, e.state = 1, e.link
             FROM executions e INDEXED BY executions_unfinished JOIN jobs j ON j.id = e.job
             WHERE e.state < 2 AND e.node IS NULL AND j.position IS NULL ORDER BY e.number",
        )
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows.into_iter().map(OrphanedRun::from).collect())
    }

    async fn delete_old_runs(&self, job: Uuid, retention: Retention) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let mut tx = self.write().await?;
            let batch = tx.delete_old_run_batch(job, retention).await?;
            match batch {
                None => {
                    tx.rollback().await?;
                    return Ok(deleted);
                }
                Some(count) => {
                    tx.commit().await?;
                    deleted += count;
                }
            }
        }
    }
}

impl WriteTransaction {
    /// Returns whether this run is running and belongs to its node.
    pub(super) async fn is_owner(&mut self, run: &Run) -> Result<bool> {
        let found =
            sqlx::query("SELECT 1 FROM executions WHERE number = ? AND state < 2 AND state = 1 AND node = ?")
                .bind(run.number)
                .bind(run.node)
                .fetch_optional(self)
                .await?;
        Ok(found.is_some())
    }

    /// Returns whether the node is gone.
    async fn has_left(&mut self, node: NodeId) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM nodes WHERE id = ? AND gone_at IS NULL")
            .bind(node)
            .fetch_optional(self)
            .await?;
        Ok(found.is_none())
    }
}
