//! The life of a run: requested, claimed, ended, or canceled in between.

use async_trait::async_trait;
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use super::connection::PgTransaction;
use super::store::PostgresStore;
use super::text::storable;
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

/// The maximum number of runs that a transaction deletes.
const MAX_RUNS_PER_BATCH: i64 = 500;

#[async_trait]
impl RunStore for PostgresStore {
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
        let mut tx = self.begin().await?;
        let claimed = tx.claim(claim).await;
        match claimed {
            Ok(None) => tx.rollback().await?,
            Ok(Some(_)) => tx.commit().await?,
            // Another node has claimed another run of the same job at the same time. The next call finds the next one.
            Err(error) if error.kind() == ErrorKind::Conflict => return Ok(None),
            Err(error) => return Err(error),
        }
        claimed
    }

    async fn cancel_run(&self, job: Uuid, now: Micros) -> Result<CancelOutcome> {
        let mut tx = self.begin().await?;
        let found: Option<(i64, Uuid, Uuid, Uuid, Option<Uuid>, i64)> = sqlx::query_as(
            "SELECT number, id, job, trigger_id, node, state FROM executions WHERE job = $1 AND state < 2
             ORDER BY state DESC, number LIMIT 1 FOR UPDATE",
        )
        .bind(job)
        .fetch_optional(&mut tx)
        .await?;
        let Some((number, id, job, trigger_id, node, state)) = found else {
            tx.rollback().await?;
            return Ok(CancelOutcome::Idle);
        };
        let run = Run::from((number, id, job, trigger_id, node));
        let outcome = match ExecutionState::from(state) {
            ExecutionState::Created => {
                sqlx::query(
                    "UPDATE executions SET state = 3, created_at = $2, ended_at = $2, cancel_requested = true WHERE number = $1",
                )
                .bind(number)
                .bind(now)
                .execute(&mut tx)
                .await?;
                tx.append_lines(number, 1, &[Line::error(now, CANCELED_PENDING)]).await?;
                CancelOutcome::Ended(run)
            }
            _ => {
                sqlx::query("UPDATE executions SET cancel_requested = true WHERE number = $1")
                    .bind(number)
                    .execute(&mut tx)
                    .await?;
                CancelOutcome::Requested(run)
            }
        };
        tx.commit().await?;
        Ok(outcome)
    }

    async fn is_cancel_requested(&self, run: &Run) -> Result<bool> {
        let mut tx = self.begin().await?;
        let is_requested = sqlx::query_scalar("SELECT cancel_requested FROM executions WHERE number = $1")
            .bind(run.number)
            .fetch_one(&mut tx)
            .await?;
        tx.rollback().await?;
        Ok(is_requested)
    }

    async fn set_resume_token(&self, run: &Run, token: &str, link: Option<&str>) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.lock_owned(run).await?;
        sqlx::query("UPDATE executions SET resume_token = $2, link = $3 WHERE number = $1")
            .bind(run.number)
            .bind(token)
            .bind(link.map(storable))
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    async fn end_run(&self, run: &Run, result: &RunResult, now: Micros) -> Result<ExecutionState> {
        let mut tx = self.begin().await?;
        let found: Option<(i64, bool, Option<Uuid>, bool)> = sqlx::query_as(
            "SELECT state, cancel_requested, node,
                 EXISTS (SELECT 1 FROM nodes WHERE id = node AND gone_at IS NULL)
             FROM executions WHERE number = $1 FOR UPDATE",
        )
        .bind(run.number)
        .fetch_optional(&mut tx)
        .await?;
        let (state, is_canceled, node, takes_part) = found.ok_or(ErrorKind::NotFound)?;
        let (state, is_owner) = (ExecutionState::from(state), node.unwrap_or_default() == run.node);
        if state.is_final() || !is_owner {
            tx.rollback().await?;
            // A node that is gone did not end its run itself.
            return if is_owner && takes_part { Ok(state) } else { Err(ErrorKind::NotOwner.into()) };
        }
        let (state, lines) = result.conclude(is_canceled, now);
        let seq = tx.next_seq(run.number).await?;
        tx.append_lines(run.number, seq, &lines).await?;
        sqlx::query(
            "UPDATE executions SET state = $2, created_at = coalesce(created_at, $3), ended_at = greatest($3, created_at)
             WHERE number = $1",
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
        let mut tx = self.begin().await?;
        let time = sqlx::query_scalar("SELECT requested_at FROM executions WHERE number = $1")
            .bind(run.number)
            .fetch_one(&mut tx)
            .await?;
        tx.rollback().await?;
        Ok(time)
    }

    async fn latest_time(&self, run: &Run) -> Result<Micros> {
        let mut tx = self.begin().await?;
        let time: Option<Micros> = sqlx::query_scalar(
            "SELECT greatest(created_at, (SELECT max(time) FROM lines WHERE execution = number))
             FROM executions WHERE number = $1",
        )
        .bind(run.number)
        .fetch_one(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(time.unwrap_or(Micros::MIN))
    }

    async fn unfinished_runs_of(&self, nodes: &[NodeId]) -> Result<Vec<Run>> {
        let mut tx = self.begin().await?;
        let rows: Vec<RunRow> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, e.trigger_id, e.node FROM nodes n JOIN executions e ON e.node = n.id
             WHERE n.id = ANY ($1) AND e.resume_token IS NULL AND (e.state = 1 OR e.ended_at >= n.gone_at) ORDER BY e.number",
        )
        .bind(nodes)
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(rows.into_iter().map(Run::from).collect())
    }

    async fn orphaned_runs(&self) -> Result<Vec<OrphanedRun>> {
        let mut tx = self.begin().await?;
        let rows: Vec<OrphanedRow> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, e.trigger_id, e.state = 1, e.link FROM executions e JOIN jobs j ON j.id = e.job
             WHERE e.state < 2 AND e.node IS NULL AND j.position IS NULL ORDER BY e.number",
        )
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(rows.into_iter().map(OrphanedRun::from).collect())
    }

    async fn delete_old_runs(&self, job: Uuid, retention: Retention) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let mut tx = self.begin().await?;
            let count = tx.delete_old_run_batch(job, retention).await?;
            tx.commit().await?;
            if count == 0 {
                return Ok(deleted);
            }
            deleted += count;
        }
    }
}

impl PgTransaction {
    async fn claim(&mut self, claim: Claim<'_>) -> Result<Option<ClaimedRun>> {
        let Claim { node, executing, jobs, now, requested_until } = claim;
        // A sweep that declares the node gone waits for this transaction, and then ends the run; or this one waits, and claims
        // nothing.
        let takes_part = sqlx::query("SELECT 1 FROM nodes WHERE id = $1 AND gone_at IS NULL FOR SHARE")
            .bind(node)
            .fetch_optional(&mut *self)
            .await?;
        if takes_part.is_none() {
            return Err(ErrorKind::NotOwner.into());
        }
        let claimed: Option<ClaimedRow> = sqlx::query_as(
            "UPDATE executions SET state = 1, created_at = coalesce(created_at, greatest($1, requested_at)), node = $3
             WHERE number = (SELECT p.number FROM executions p WHERE
                     (p.state = 0 AND (p.requested_at <= $2 OR p.requested_at > $1)
                          AND NOT EXISTS (SELECT 1 FROM executions r WHERE r.job = p.job AND r.state = 1)
                      OR p.state = 1 AND (p.node IS NULL OR p.node = $3 AND p.number <> ALL ($5)))
                     AND ($4::uuid[] IS NULL OR p.job = ANY ($4))
                 ORDER BY p.number LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING number, id, job, trigger_id, created_at, resume_token, link, cause",
        )
        .bind(now)
        .bind(requested_until)
        .bind(node)
        .bind(jobs)
        .bind(executing)
        .fetch_optional(self)
        .await?;
        Ok(claimed.map(|row| ClaimedRun::new(row, node)))
    }

    /// Deletes a batch of ended runs. A run stays until its channels have their notifications. Returns their number. Several nodes can do this at the same time.
    async fn delete_old_run_batch(&mut self, job: Uuid, retention: Retention) -> Result<u64> {
        let runs: Vec<i64> = sqlx::query_scalar(
            "DELETE FROM executions WHERE number IN (
                 SELECT number FROM executions WHERE job = $1 AND state >= 2
                     AND id NOT IN (SELECT execution FROM unannounced_runs) AND (ended_at < $2
                     OR (ended_at, number) <= (SELECT ended_at, number FROM executions WHERE job = $1 AND state >= 2
                                               ORDER BY ended_at DESC, number DESC LIMIT 1 OFFSET $3))
                 ORDER BY number LIMIT $4 FOR UPDATE SKIP LOCKED)
             RETURNING number",
        )
        .bind(job)
        .bind(retention.ended_before)
        .bind(retention.max_runs.map_or(i64::from(u32::MAX), i64::from))
        .bind(MAX_RUNS_PER_BATCH)
        .fetch_all(&mut *self)
        .await?;
        sqlx::query("DELETE FROM lines WHERE execution = ANY ($1)").bind(&runs).execute(self).await?;
        Ok(runs.len() as u64)
    }
}
