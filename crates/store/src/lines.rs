//! Log lines.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use txjobs_sdk::Severity;
use uuid::Uuid;

use crate::error::Result;
use crate::run::Run;
use crate::time::Micros;

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

impl Line {
    /// Creates a line with the severity error.
    pub(crate) fn error(time: Micros, message: &str) -> Self {
        Self { time, severity: Severity::Error, message: message.to_owned() }
    }
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

/// Number of the execution, sequence number, time, severity, and text.
pub(crate) type LineRow = (i64, i64, Micros, i64, String);

/// Reads rows until the lines have about `max_bytes`, but at least one.
pub(crate) async fn read_page(
    mut rows: BoxStream<'_, sqlx::Result<LineRow>>,
    max_bytes: usize,
) -> Result<LinePage> {
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

/// Stores log lines.
#[async_trait]
pub trait LineStore: Send + Sync {
    /// Appends lines to a run's log in one transaction. The first one gets the sequence number `first_seq`.
    ///
    /// Repeating the same call after an error whose outcome is unknown writes each line once.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::NotOwner`](crate::ErrorKind::NotOwner) if the run has ended or belongs to another node.
    async fn append_lines(&self, run: &Run, first_seq: i64, lines: &[Line]) -> Result<()>;

    /// Returns the sequence number after the last line of a log.
    async fn next_seq(&self, run: &Run) -> Result<i64>;

    /// Reads lines of one execution by their sequence numbers. Stops after about `max_bytes`, but not before the first line.
    async fn lines(&self, execution: i64, seqs: RangeInclusive<i64>, max_bytes: usize) -> Result<LinePage>;

    /// Reads all lines of the executions of a job between two numbers. Stops after about `max_bytes`, but not before the
    /// first line.
    async fn lines_of_job(
        &self,
        job: Uuid,
        executions: RangeInclusive<i64>,
        max_bytes: usize,
    ) -> Result<LinePage>;
}
