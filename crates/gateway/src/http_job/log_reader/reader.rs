//! Reads the lines of an engine's log that are new, a few at a time.

use super::list_reader::{Changes, ListReader};
use super::position::LogPosition;
use super::texts::TextList;

/// The most texts whose positions are stored one by one.
const MAX_OPEN_TEXTS: usize = 64;
/// At least how many texts of each list.
const MIN_OPEN_TEXTS: usize = 4;
/// From this number on, the positions of lists are forgotten that a response does not have.
const MAX_STORED_LISTS: usize = 256;
/// The most lines and about the most bytes that are read at a time. They are written in one transaction.
const MAX_LINES: usize = 1000;
const MAX_BYTES: usize = 1024 * 1024;

/// Reads the lines of an engine's log that are new.
#[derive(Debug)]
pub(in crate::http_job) struct LogReader {
    lists: Vec<(String, ListReader)>,
    /// The list that is read.
    next: usize,
    position: LogPosition,
    /// What has changed before the new lines.
    pub changes: Changes,
}

impl LogReader {
    /// Finds where the log continues. With `is_last`, texts without a line end are complete. May take a second.
    pub fn new(lists: Vec<TextList>, mut position: LogPosition, is_last: bool) -> Self {
        if position.0.len() > MAX_STORED_LISTS {
            position.0.retain(|key, _| lists.iter().any(|list| list.key == *key));
        }
        let max_open = (MAX_OPEN_TEXTS / lists.len().max(1)).max(MIN_OPEN_TEXTS);
        let mut changes = Changes::default();
        let lists = lists.into_iter().map(|list| {
            let key = list.key.clone();
            let before = position.0.get(&key).cloned().unwrap_or_default();
            let (reader, changed) = ListReader::new(list, &before, max_open, is_last);
            changes.is_shortened |= changed.is_shortened;
            changes.is_replaced |= changed.is_replaced;
            (key, reader)
        });
        Self { lists: lists.collect(), next: 0, position, changes }
    }

    /// Returns the next lines. None: there is no other.
    pub fn next_lines(&mut self) -> Vec<String> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while let Some((key, list)) = self.lists.get_mut(self.next) {
            let count = lines.len();
            while lines.len() < MAX_LINES && bytes < MAX_BYTES {
                let Some(line) = list.next_line() else { break };
                bytes += line.len();
                lines.push(line);
            }
            if lines.len() > count {
                self.position.0.insert(key.clone(), list.position());
            }
            if lines.len() >= MAX_LINES || bytes >= MAX_BYTES {
                break;
            }
            self.next += 1;
        }
        lines
    }

    /// Returns the position after the lines that were read.
    pub fn position(&self) -> &LogPosition {
        &self.position
    }
}
