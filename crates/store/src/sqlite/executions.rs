//! Reads executions and job statuses.

use async_trait::async_trait;
use txjobs_sdk::JobStatusCode;
use uuid::Uuid;

use super::store::SqliteStore;
use crate::catalog::status;
use crate::error::Result;
use crate::executions::{Execution, ExecutionRow, ExecutionStore, SUCCESSES, Selection, from_rows};
use crate::identifiers::OrganizationId;
use crate::time::Micros;

#[async_trait]
impl ExecutionStore for SqliteStore {
    async fn status(&self, organization: OrganizationId, job: Uuid) -> Result<Option<JobStatusCode>> {
        let row: Option<(Option<i64>,)> = sqlx::query_as(
            "SELECT (SELECT max(e.state) FROM executions e INDEXED BY executions_unfinished
                     WHERE e.job = j.id AND e.state < 2) FROM jobs j
             WHERE j.id = ? AND j.organization = ? AND j.position IS NOT NULL",
        )
        .bind(job)
        .bind(organization)
        .fetch_optional(&self.read_pool)
        .await?;
        Ok(row.map(|(unfinished_state,)| status(unfinished_state)))
    }

    async fn executions(&self, job: Uuid, selection: Selection) -> Result<Vec<Execution>> {
        let rows = match selection {
            Selection::Newest { limit, with_lines } => self.newest_rows(job, limit, with_lines).await?,
            Selection::ByTrigger { trigger_id, .. } => self.rows_of_trigger(job, trigger_id).await?,
        };
        Ok(from_rows(rows, job, selection))
    }

    async fn last_success(&self, job: Uuid) -> Result<Option<Micros>> {
        let ended_at = sqlx::query_scalar(
            "SELECT ended_at FROM executions WHERE job = ? AND state IN (?, ?) ORDER BY number DESC LIMIT 1",
        )
        .bind(job)
        .bind(SUCCESSES[0])
        .bind(SUCCESSES[1])
        .fetch_optional(&self.read_pool)
        .await?;
        Ok(ended_at)
    }
}

impl SqliteStore {
    async fn newest_rows(
        &self,
        job: Uuid,
        limit: Option<u32>,
        with_lines: bool,
    ) -> Result<Vec<ExecutionRow>> {
        let rows = sqlx::query_as(
            "SELECT number, id, trigger_id, starter, link, state, created_at, ended_at,
                 iif(?, coalesce((SELECT max(lines.id) & 0xffffffff FROM lines
                     WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), 0), 0)
             FROM executions WHERE job = ? AND created_at IS NOT NULL ORDER BY number DESC LIMIT ?",
        )
        .bind(with_lines)
        .bind(job)
        // SQLite reads a negative limit as no limit.
        .bind(limit.map_or(-1, i64::from))
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows)
    }

    async fn rows_of_trigger(&self, job: Uuid, trigger_id: Uuid) -> Result<Vec<ExecutionRow>> {
        let rows = sqlx::query_as(
            "SELECT number, id, trigger_id, starter, link, state, created_at, ended_at,
                 coalesce((SELECT max(lines.id) & 0xffffffff FROM lines
                     WHERE lines.id BETWEEN number << 32 AND number << 32 | 0xffffffff), 0)
             FROM executions WHERE (trigger_id = ?1 OR id = ?1 AND trigger_id = zeroblob(16)) AND job = ?2
                 AND created_at IS NOT NULL ORDER BY number DESC",
        )
        .bind(trigger_id)
        .bind(job)
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows)
    }
}
