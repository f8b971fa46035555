//! Reads the state at an earlier time.

use std::collections::HashMap;

use txjobs_sdk::JobStatusCode;
use uuid::Uuid;

use crate::time::Micros;
use crate::{Result, Store};

impl Store {
    /// Returns the jobs of all organizations that were pending or running at a time.
    pub async fn unfinished_jobs_at(&self, time: Micros) -> Result<HashMap<Uuid, JobStatusCode>> {
        let rows: Vec<(Uuid, bool)> = sqlx::query_as(
            "SELECT job, max(created_at IS NOT NULL AND created_at <= ?1) FROM executions
             WHERE requested_at <= ?1 AND (ended_at IS NULL OR ended_at > ?1) GROUP BY job",
        )
        .bind(time)
        .fetch_all(&self.readers)
        .await?;
        let status = |is_running| if is_running { JobStatusCode::Running } else { JobStatusCode::Pending };
        Ok(rows.into_iter().map(|(job, is_running)| (job, status(is_running))).collect())
    }
}
