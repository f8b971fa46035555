//! Log lines: written in batches, read in their order.

use std::ops::RangeInclusive;

use futures::TryStreamExt;
use futures::stream::BoxStream;
use sqlx::{QueryBuilder, Sqlite};
use txjobs_sdk::Severity;
use uuid::Uuid;

use crate::error::Result;
use crate::store::Store;
use crate::time::Micros;
use crate::transaction::WriteTransaction;

/// The number of rows of a statement: with four values each far below SQLite's limit of 32,766 values, and large enough that
/// a statement costs little per line.
const ROWS_PER_STATEMENT: usize = 200;

/// The last sequence number of a log. The key of a line has the number of its execution in the upper 32 bits and its
/// sequence number in the lower ones.
const MAX_SEQ: i64 = (1 << 32) - 1;

/// A log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was written.
    pub time: Micros,
    /// Its severity.
    pub severity: Severity,
    /// Its text.
    pub message: String,
}

/// A log line with its sequence number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLine {
    /// Its sequence number in the execution's log, from 1.
    pub seq: i64,
    /// The line.
    pub line: Line,
}

/// A part of the lines that were requested.
#[derive(Clone, Debug)]
pub struct LinePage {
    /// Each line with the number of its execution.
    pub lines: Vec<(i64, StoredLine)>,
    /// Whether these are all requested lines.
    pub is_complete: bool,
}

type Row = (i64, i64, Micros, i64, String);

/// In the order of both tables, so that SQLite returns the first row without sorting.
pub(crate) const SELECT_LINES_OF_JOB: &str =
    "SELECT e.number, l.id & 0xffffffff, l.time, l.severity, l.message FROM executions e
     CROSS JOIN lines l ON l.id BETWEEN e.number << 32 AND e.number << 32 | 0xffffffff
     WHERE e.job = ? AND e.number BETWEEN ? AND ? ORDER BY e.number, l.id";

impl Store {
    /// Appends lines to an execution's log in one transaction. The first one gets the sequence number `first_seq`.
    ///
    /// Repeating the same call after an error whose outcome is unknown writes each line once.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn append_lines(&self, execution: i64, first_seq: i64, lines: &[Line]) -> Result<()> {
        let mut tx = self.write().await?;
        tx.append_lines(execution, first_seq, lines).await?;
        tx.commit().await
    }

    /// Reads lines of one execution by their sequence numbers. Stops after about `max_bytes`, but not before the first line.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn lines(
        &self,
        execution: i64,
        seqs: RangeInclusive<i64>,
        max_bytes: usize,
    ) -> Result<LinePage> {
        let query = sqlx::query_as::<_, Row>(
            "SELECT id >> 32, id & 0xffffffff, time, severity, message FROM lines
             WHERE id BETWEEN ? AND ? ORDER BY id",
        );
        let query = query.bind(key(execution, *seqs.start())).bind(key(execution, *seqs.end()));
        read_page(query.fetch(&self.read_pool), max_bytes).await
    }

    /// Reads all lines of the executions of a job between two numbers. Stops after about `max_bytes`, but not before the
    /// first line.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn lines_of_job(
        &self,
        job: Uuid,
        executions: RangeInclusive<i64>,
        max_bytes: usize,
    ) -> Result<LinePage> {
        let query = sqlx::query_as::<_, Row>(SELECT_LINES_OF_JOB);
        let query = query.bind(job).bind(*executions.start()).bind(*executions.end());
        read_page(query.fetch(&self.read_pool), max_bytes).await
    }
}

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
    pub(crate) async fn insert_lines(&mut self, rows: &[(i64, i64, &Line)]) -> Result<()> {
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

    /// Returns the sequence number after the last line of a log.
    pub(crate) async fn next_seq(&mut self, execution: i64) -> Result<i64> {
        let next = sqlx::query_scalar(
            "SELECT coalesce(max(id) & 0xffffffff, 0) + 1 FROM lines WHERE id BETWEEN ? AND ?",
        )
        .bind(key(execution, 0))
        .bind(key(execution, MAX_SEQ))
        .fetch_one(self)
        .await?;
        Ok(next)
    }
}

/// Returns the key of a line.
fn key(execution: i64, seq: i64) -> i64 {
    execution << 32 | seq.clamp(0, MAX_SEQ)
}

async fn read_page(mut rows: BoxStream<'_, sqlx::Result<Row>>, max_bytes: usize) -> Result<LinePage> {
    let mut lines = Vec::new();
    let mut bytes = 0;
    while bytes < max_bytes {
        let Some((execution, seq, time, severity, message)) = rows.try_next().await? else {
            return Ok(LinePage { lines, is_complete: true });
        };
        bytes += message.len() + size_of::<StoredLine>();
        let line = Line { time, severity: Severity::from(severity), message };
        lines.push((execution, StoredLine { seq, line }));
    }
    Ok(LinePage { lines, is_complete: false })
}
