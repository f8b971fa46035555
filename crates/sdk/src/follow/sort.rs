//! Sorts log lines.

use crate::types::JobExecutionLog;

/// Sorts lines by time. Lines with the same time keep their order. If any line has no time, the order is unchanged.
pub fn sort_lines(lines: &mut [JobExecutionLog]) {
    if lines.iter().all(|line| line.time_stamp.is_some()) {
        lines.sort_by_key(|line| line.time_stamp);
    }
}
