//! Log lines: written in batches, read in their order.

use sqlx::{QueryBuilder, Sqlite, Transaction};
use txjobs_sdk::Severity;

use super::{Result, Store};
use crate::clock::Micros;

// Five values a row: far below SQLite's limit of 32,766, and large enough that a statement costs little per line.
const ROWS: usize = 200;

/// A log line on its way to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was written.
    pub time: Micros,
    /// How bad its news is.
    pub severity: Severity,
    /// What happened.
    pub message: String,
}

/// A log line as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLine {
    /// Its place in the execution's log, from 1.
    pub seq: i64,
    /// The line.
    pub line: Line,
}

impl Store {
    /// Adds lines to an execution's log in one transaction; the first one gets the place `seq`.
    ///
    /// Repeating the same call after an unclear failure does no harm.
    pub async fn append(&self, execution: i64, seq: i64, lines: &[Line]) -> Result<()> {
        let mut tx = self.write().await?;
        insert(&mut tx, execution, seq, lines).await?;
        tx.commit().await
    }
}

pub(super) async fn insert(
    tx: &mut Transaction<'_, Sqlite>,
    execution: i64,
    seq: i64,
    lines: &[Line],
) -> Result<()> {
    let mut numbered = (seq..).zip(lines);
    for chunk in lines.chunks(ROWS) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT OR REPLACE INTO lines (execution, seq, time, severity, message) ");
        insert.push_values(numbered.by_ref().take(chunk.len()), |mut row, (seq, line)| {
            row.push_bind(execution)
                .push_bind(seq)
                .push_bind(line.time)
                .push_bind(line.severity.number())
                .push_bind(line.message.as_str());
        });
        // Only the full chunk's statement comes again and is worth preparing for later.
        insert.build().persistent(chunk.len() == ROWS).execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) async fn next_seq(tx: &mut Transaction<'_, Sqlite>, execution: i64) -> Result<i64> {
    sqlx::query_scalar("SELECT coalesce(max(seq), 0) + 1 FROM lines WHERE execution = ?")
        .bind(execution)
        .fetch_one(&mut **tx)
        .await
}
