//! Reads executions and job statuses.

use async_trait::async_trait;
use txjobs_sdk::JobStatusCode;
use uuid::Uuid;

use super::store::PostgresStore;
use crate::catalog::status;
use crate::error::Result;
use crate::executions::{Execution, ExecutionStore, SUCCESSES, Selection, from_rows};
use crate::identifiers::OrganizationId;
use crate::time::Micros;

#[async_trait]
impl ExecutionStore for PostgresStore {
    async fn status(&self, organization: OrganizationId, job: Uuid) -> Result<Option<JobStatusCode>> {
        let mut tx = self.begin().await?;
        let row: Option<(Option<i64>,)> = sqlx::query_as(
            "SELECT (SELECT max(e.state) FROM executions e WHERE e.job = j.id AND e.state < 2) FROM jobs j
             WHERE j.id = $1 AND j.organization = $2 AND j.position IS NOT NULL",
        )
        .bind(job)
        .bind(organization)
        .fetch_optional(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(row.map(|(unfinished_state,)| status(unfinished_state)))
    }

    async fn executions(&self, job: Uuid, selection: Selection) -> Result<Vec<Execution>> {
        // One statement, so that the state and the lines are of the same moment.
        let query = match selection {
            Selection::Newest { limit, with_lines } => sqlx::query_as(
                "SELECT number, id, trigger_id, starter, link, state, created_at, ended_at,
                     CASE WHEN $2 THEN coalesce((SELECT max(seq) FROM lines WHERE execution = number), 0) ELSE 0 END
                 FROM executions WHERE job = $1 AND created_at IS NOT NULL ORDER BY number DESC LIMIT $3",
            )
            .bind(job)
            .bind(with_lines)
            .bind(limit.map(i64::from)),
            Selection::ByTrigger { trigger_id, .. } => sqlx::query_as(
                "SELECT number, id, trigger_id, starter, link, state, created_at, ended_at,
                     coalesce((SELECT max(seq) FROM lines WHERE execution = number), 0)
                 FROM executions WHERE job = $1 AND (trigger_id = $2 OR id = $2 AND trigger_id = $3)
                     AND created_at IS NOT NULL ORDER BY number DESC",
            )
            .bind(job)
            .bind(trigger_id)
            .bind(Uuid::nil()),
        };
        let mut tx = self.begin().await?;
        let rows = query.fetch_all(&mut tx).await?;
        tx.rollback().await?;
        Ok(from_rows(rows, job, selection))
    }

    async fn last_success(&self, job: Uuid) -> Result<Option<Micros>> {
        let mut tx = self.begin().await?;
        let ended_at = sqlx::query_scalar(
            "SELECT ended_at FROM executions WHERE job = $1 AND state IN ($2, $3) ORDER BY number DESC LIMIT 1",
        )
        .bind(job)
        .bind(SUCCESSES[0])
        .bind(SUCCESSES[1])
        .fetch_optional(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(ended_at)
    }
}
