//! Log lines: written in batches, read in their order.

use std::ops::RangeInclusive;

use futures::TryStreamExt;
use futures::stream::BoxStream;
use sqlx::{QueryBuilder, Sqlite};
use txjobs_sdk::Severity;
use uuid::Uuid;

use crate::time::Micros;
use crate::{Result, Store, WriteTransaction};

// Four values a row: far below SQLite's limit of 32,766, and large enough that a statement costs little per line.
const ROWS: usize = 200;

/// The last position in a log: the key of a line has the number of its execution in the upper 32 bits and its position in the
/// lower ones.
const LAST: i64 = (1 << 32) - 1;

/// Returns the key of a line.
pub(super) fn key(execution: i64, seq: i64) -> i64 {
    execution << 32 | seq.clamp(0, LAST)
}

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

/// Lines as they are read.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Each with the number of its execution.
    pub read: Vec<(i64, StoredLine)>,
    /// Whether they are all that were asked for.
    pub is_all: bool,
}

type Row = (i64, i64, Micros, i64, String);

impl Store {
    /// Lines of one execution, from its first place to the last, or as many of them as hold about `bytes`; at least one.
    pub async fn lines_of(&self, execution: i64, places: RangeInclusive<i64>, bytes: usize) -> Result<Lines> {
        let query = sqlx::query_as::<_, Row>(
            "SELECT id >> 32, id & 0xffffffff, time, severity, message FROM lines
             WHERE id BETWEEN ? AND ? ORDER BY id",
        );
        let query = query.bind(key(execution, *places.start())).bind(key(execution, *places.end()));
        up_to(query.fetch(&self.readers), bytes).await
    }

    /// The same of all executions of a job between two numbers.
    pub async fn lines_between(
        &self,
        job: Uuid,
        numbers: RangeInclusive<i64>,
        bytes: usize,
    ) -> Result<Lines> {
        let query = sqlx::query_as::<_, Row>(LINES_BETWEEN);
        let query = query.bind(job).bind(*numbers.start()).bind(*numbers.end());
        up_to(query.fetch(&self.readers), bytes).await
    }
}

/// In the order of both tables, so that SQLite returns the first row without sorting.
pub(super) const LINES_BETWEEN: &str =
    "SELECT e.number, l.id & 0xffffffff, l.time, l.severity, l.message FROM executions e
     CROSS JOIN lines l ON l.id BETWEEN e.number << 32 AND e.number << 32 | 0xffffffff
     WHERE e.job = ? AND e.number BETWEEN ? AND ? ORDER BY e.number, l.id";

async fn up_to(mut rows: BoxStream<'_, Result<Row>>, bytes: usize) -> Result<Lines> {
    let mut read = Vec::new();
    let mut held = 0;
    while held < bytes {
        let Some((execution, seq, time, severity, message)) = rows.try_next().await? else {
            return Ok(Lines { read, is_all: true });
        };
        held += message.len() + size_of::<StoredLine>();
        let line = Line { time, severity: Severity::from(severity), message };
        read.push((execution, StoredLine { seq, line }));
    }
    Ok(Lines { read, is_all: false })
}

pub(super) async fn insert(
    tx: &mut WriteTransaction,
    execution: i64,
    seq: i64,
    lines: &[Line],
) -> Result<()> {
    let mut numbered = (seq..).zip(lines);
    for chunk in lines.chunks(ROWS) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT OR REPLACE INTO lines (id, time, severity, message) ");
        insert.push_values(numbered.by_ref().take(chunk.len()), |mut row, (seq, line)| {
            row.push_bind(key(execution, seq))
                .push_bind(line.time)
                .push_bind(line.severity.number())
                .push_bind(line.message.as_str());
        });
        // Only the full chunk's statement comes again and is worth preparing for later.
        insert.build().persistent(chunk.len() == ROWS).execute(&mut *tx).await?;
    }
    Ok(())
}

pub(super) async fn next_seq(tx: &mut WriteTransaction, execution: i64) -> Result<i64> {
    sqlx::query_scalar("SELECT coalesce(max(id) & 0xffffffff, 0) + 1 FROM lines WHERE id BETWEEN ? AND ?")
        .bind(key(execution, 0))
        .bind(key(execution, LAST))
        .fetch_one(tx)
        .await
}
