//! Log lines: written in batches, read in their order.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use super::connection::transaction::WriteTransaction;
use super::store::SqliteStore;
use crate::error::{ErrorKind, Result};
use crate::lines::{Line, LinePage, LineRow, LineStore, read_page};
use crate::run::Run;

/// The number of rows of a statement: with four values each far below SQLite's limit of 32,766 values, and large enough that
/// a statement costs little per line.
const ROWS_PER_STATEMENT: usize = 200;

/// The last sequence number of a log. The key of a line has the number of its execution in the upper 32 bits and its
/// sequence number in the lower ones.
const MAX_SEQ: i64 = (1 << 32) - 1;

/// In the order of both tables, so that SQLite returns the first row without sorting.
pub(super) const SELECT_LINES_OF_JOB: &str =
    "SELECT e.number, l.id & 0xffffffff, l.time, l.severity, l.message FROM executions e
     CROSS JOIN lines l ON l.id BETWEEN e.number << 32 AND e.number << 32 | 0xffffffff
     WHERE e.job = ? AND e.number BETWEEN ? AND ? ORDER BY e.number, l.id";

#[async_trait]
impl LineStore for SqliteStore {
    async fn append_lines(&self, run: &Run, first_seq: i64, lines: &[Line]) -> Result<()> {
        let mut tx = self.write().await?;
        if !tx.is_owner(run).await? {
            tx.rollback().await?;
            return Err(ErrorKind::NotOwner.into());
        }
        tx.append_lines(run.number, first_seq, lines).await?;
        tx.commit().await
    }

    async fn next_seq(&self, run: &Run) -> Result<i64> {
        let last: i64 = sqlx::query_scalar(SELECT_LAST_SEQ)
            .bind(key(run.number, 0))
            .bind(key(run.number, MAX_SEQ))
            .fetch_one(&self.read_pool)
            .await?;
        Ok(last + 1)
    }

    async fn lines(&self, execution: i64, seqs: RangeInclusive<i64>, max_bytes: usize) -> Result<LinePage> {
        let query = sqlx::query_as::<_, LineRow>(
            "SELECT id >> 32, id & 0xffffffff, time, severity, message FROM lines
             WHERE id BETWEEN ? AND ? ORDER BY id",
        );
        let query = query.bind(key(execution, *seqs.start())).bind(key(execution, *seqs.end()));
        read_page(query.fetch(&self.read_pool), max_bytes).await
    }

    async fn lines_of_job(
        &self,
        job: Uuid,
        executions: RangeInclusive<i64>,
        max_bytes: usize,
    ) -> Result<LinePage> {
        let query = sqlx::query_as::<_, LineRow>(SELECT_LINES_OF_JOB);
        let query = query.bind(job).bind(*executions.start()).bind(*executions.end());
        read_page(query.fetch(&self.read_pool), max_bytes).await
    }
}

const SELECT_LAST_SEQ: &str = "SELECT coalesce(max(id) & 0xffffffff, 0) FROM lines WHERE id BETWEEN ? AND ?";

impl WriteTransaction {
    /// Appends lines to an execution's log. The first one gets the sequence number `first_seq`. Replaces lines that exist.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn append_lines(&mut self, execution: i64, first_seq: i64, lines: &[Line]) -> Result<()> {
        let rows: Vec<_> = (first_seq..).zip(lines).map(|(seq, line)| (execution, seq, line)).collect();
        self.insert_lines(&rows).await
    }

    /// Inserts lines, each with the number of its execution and its sequence number.
    pub(super) async fn insert_lines(&mut self, rows: &[(i64, i64, &Line)]) -> Result<()> {
        for chunk in rows.chunks(ROWS_PER_STATEMENT) {
            let mut insert: QueryBuilder<Sqlite> =
                QueryBuilder::new("INSERT OR REPLACE INTO lines (id, time, severity, message) ");
            insert.push_values(chunk, |mut row, (execution, seq, line)| {
                row.push_bind(key(*execution, *seq))
                    .push_bind(line.time)
                    .push_bind(line.severity.number())
                    .push_bind(line.message.as_str());
            });
            // Only the statement of a full chunk is repeated, so only that one stays prepared.
            insert.build().persistent(chunk.len() == ROWS_PER_STATEMENT).execute(&mut *self).await?;
        }
        Ok(())
    }

    /// Appends lines after the last one of a log.
    pub(super) async fn append_last_lines(&mut self, execution: i64, lines: &[Line]) -> Result<()> {
        let last: i64 = sqlx::query_scalar(SELECT_LAST_SEQ)
            .bind(key(execution, 0))
            .bind(key(execution, MAX_SEQ))
            .fetch_one(&mut *self)
            .await?;
        self.append_lines(execution, last + 1, lines).await
    }
}

/// Returns the key of a line.
fn key(execution: i64, seq: i64) -> i64 {
    execution << 32 | seq.clamp(0, MAX_SEQ)
}
