//! An execution whose lines are in a temporary file.

use std::io;

use txjobs_sdk::types::{JobExecution, JobExecutionLog};

use super::spool::SpooledLines;

/// Decides which lines are kept.
pub(super) type LineTest = Box<dyn Fn(&JobExecutionLog) -> bool + Send>;

/// An execution without its lines, and the lines.
pub(crate) struct SpooledExecution {
    pub(crate) execution: JobExecution,
    pub(crate) lines: SpooledLines,
}

impl SpooledExecution {
    /// Keeps the lines of an execution that pass the test.
    pub(crate) fn new(
        mut execution: JobExecution,
        is_kept: &dyn Fn(&JobExecutionLog) -> bool,
    ) -> io::Result<Self> {
        let mut lines = SpooledLines::default();
        for line in std::mem::take(&mut execution.job_execution_logs) {
            if is_kept(&line) {
                lines.push(&line)?;
            }
        }
        Ok(Self { execution, lines })
    }
}
