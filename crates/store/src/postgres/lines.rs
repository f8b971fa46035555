//! Log lines: written in batches, read in their order.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use uuid::Uuid;

use super::connection::PgTransaction;
use super::store::PostgresStore;
use super::text::storable;
use crate::error::{ErrorKind, Result};
use crate::lines::{Line, LinePage, LineRow, LineStore, read_page};
use crate::run::Run;

/// How many lines a page reads at a time. PostgreSQL sends whole results, and a page has a limit of bytes.
const LINES_PER_QUERY: i64 = 1_000;

#[async_trait]
impl LineStore for PostgresStore {
    async fn append_lines(&self, run: &Run, first_seq: i64, lines: &[Line]) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.lock_owned(run).await?;
        tx.append_lines(run.number, first_seq, lines).await?;
        tx.commit().await
    }

    async fn next_seq(&self, run: &Run) -> Result<i64> {
        let mut tx = self.begin().await?;
        let seq = tx.next_seq(run.number).await?;
        tx.rollback().await?;
        Ok(seq)
    }

    async fn lines(&self, execution: i64, seqs: RangeInclusive<i64>, max_bytes: usize) -> Result<LinePage> {
        let mut tx = self.begin().await?;
        let query = sqlx::query_as::<_, LineRow>(
            "SELECT execution, seq, time, severity, message FROM lines
             WHERE execution = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq LIMIT $4",
        );
        let query = query.bind(execution).bind(*seqs.start()).bind(*seqs.end()).bind(LINES_PER_QUERY);
        let page = read_page(query.fetch(&mut tx), max_bytes).await?;
        tx.end_read().await;
        Ok(limited(page))
    }

    async fn lines_of_job(
        &self,
        job: Uuid,
        executions: RangeInclusive<i64>,
        max_bytes: usize,
    ) -> Result<LinePage> {
        let mut tx = self.begin().await?;
        let query = sqlx::query_as::<_, LineRow>(
            "SELECT l.execution, l.seq, l.time, l.severity, l.message FROM executions e
             JOIN lines l ON l.execution = e.number
             WHERE e.job = $1 AND e.number BETWEEN $2 AND $3 ORDER BY e.number, l.seq LIMIT $4",
        );
        let query = query.bind(job).bind(*executions.start()).bind(*executions.end()).bind(LINES_PER_QUERY);
        let page = read_page(query.fetch(&mut tx), max_bytes).await?;
        tx.end_read().await;
        Ok(limited(page))
    }
}

/// Marks a page as incomplete if the query's own limit may have ended it.
fn limited(page: LinePage) -> LinePage {
    let is_full = i64::try_from(page.lines.len()).is_ok_and(|count| count >= LINES_PER_QUERY);
    LinePage { is_complete: page.is_complete && !is_full, ..page }
}

impl PgTransaction {
    /// Locks a run that belongs to its node until the transaction ends. A sweep or a cancellation waits.
    pub async fn lock_owned(&mut self, run: &Run) -> Result<()> {
        sqlx::query("SELECT 1 FROM executions WHERE number = $1 AND state = 1 AND node = $2 FOR SHARE")
            .bind(run.number)
            .bind(run.node)
            .fetch_optional(self)
            .await?
            .map(drop)
            .ok_or_else(|| ErrorKind::NotOwner.into())
    }

    /// Appends lines to an execution's log. The first one gets the sequence number `first_seq`. Replaces lines that exist.
    pub async fn append_lines(&mut self, execution: i64, first_seq: i64, lines: &[Line]) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO lines (execution, seq, time, severity, message)
             SELECT $1, seq, time, severity, message FROM unnest($2, $3, $4, $5) AS line (seq, time, severity, message)
             ON CONFLICT (execution, seq) DO UPDATE
             SET time = excluded.time, severity = excluded.severity, message = excluded.message",
        )
        .bind(execution)
        .bind((first_seq..).take(lines.len()).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.time).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.severity.number()).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| storable(&line.message)).collect::<Vec<_>>())
        .execute(self)
        .await?;
        Ok(())
    }

    /// Returns the sequence number after the last line of a log.
    pub async fn next_seq(&mut self, execution: i64) -> Result<i64> {
        let next = sqlx::query_scalar("SELECT coalesce(max(seq), 0) + 1 FROM lines WHERE execution = $1")
            .bind(execution)
            .fetch_one(self)
            .await?;
        Ok(next)
    }

    /// Ends a transaction that only read. A connection that fails here is closed, and the rows are complete.
    async fn end_read(self) {
        if let Err(error) = self.rollback().await {
            tracing::debug!("a connection failed after a read: {error:#}");
        }
    }
}
