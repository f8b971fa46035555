//! Reads the lines of a list of texts that are new.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

use super::overlap::{Overlap, overlap, texts_seen};
use super::position::{ListPosition, TextPosition, short_hash, without_end};
use super::texts::TextList;

/// How many hashes of lines the positions of a list have together, and at least how many each of them has.
const TAIL_LINES: usize = 64;
const MIN_TAIL_LINES: usize = 4;

/// What has changed before the new lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::http_job) struct Changes {
    /// The beginning is missing, and the reader continues after the known lines.
    pub is_shortened: bool,
    /// The known lines are missing, and the reader begins at the start.
    pub is_replaced: bool,
}

/// Reads the lines of a list of texts that are new.
#[derive(Debug)]
pub(super) struct ListReader {
    list: TextList,
    /// How many of the first texts are complete and read.
    closed: usize,
    closed_hasher: Sha256,
    open: VecDeque<OpenText>,
    /// The index of the text that is read.
    next: usize,
    has_growing_lines: bool,
    /// Whether a text without a line end is a line.
    has_whole_lines: bool,
    /// The most texts that are open.
    max_open: usize,
    /// Set if nothing can be read now.
    kept: Option<ListPosition>,
}

/// A text that may grow.
#[derive(Debug)]
struct OpenText {
    read: usize,
    /// The hash of the part that was read.
    hasher: Sha256,
    /// Set if the text is missing now, or is an older one.
    kept: Option<TextPosition>,
}

impl OpenText {
    fn at(text: &str, read: usize) -> Self {
        Self { read, hasher: Sha256::new_with_prefix(&text[..read]), kept: None }
    }
}

impl ListReader {
    /// Finds where the list continues. With `is_last`, texts without a line end are complete.
    pub fn new(list: TextList, position: &ListPosition, max_open: usize, is_last: bool) -> (Self, Changes) {
        let mut reader = Self {
            list,
            closed: 0,
            closed_hasher: Sha256::new(),
            open: VecDeque::new(),
            next: 0,
            has_growing_lines: position.has_growing_lines,
            has_whole_lines: false,
            max_open: max_open.max(1),
            kept: None,
        };
        let changes = reader.find_position(position);
        reader.next = reader.closed;
        let list = &reader.list;
        reader.has_whole_lines = is_last
            || !reader.has_growing_lines
                && (list.has_elements || list.len() > 1)
                && !list.iter().any(|text| text.ends_with('\n'));
        (reader, changes)
    }

    fn find_position(&mut self, position: &ListPosition) -> Changes {
        let mut changes = Changes::default();
        if self.list.iter().all(str::is_empty) {
            if *position != ListPosition::default() {
                self.kept = Some(position.clone());
                self.next = self.list.len();
            }
            return changes;
        }
        let has_closed = position.closed <= self.list.len() && {
            self.close_first(position.closed);
            position.closed == 0 || short_hash(self.closed_hasher.clone()) == position.closed_hash
        };
        let is_continued = |(offset, text): (usize, &TextPosition)| {
            let index = position.closed + offset;
            index >= self.list.len()
                || self.list.get(index).is_empty()
                || text.is_continued_by(self.list.get(index))
        };
        if has_closed && position.open.iter().enumerate().all(is_continued) {
            self.open_texts(&position.open, &mut changes);
            return changes;
        }
        let seen = texts_seen(position, &self.list);
        if let Some(seen) = seen {
            changes.is_shortened = true;
            let length = seen.min(position.open.len());
            self.close_first(seen - length);
            self.open_texts(&position.open[position.open.len() - length..], &mut changes);
        } else if has_closed {
            self.open_texts(&position.open, &mut changes);
        } else {
            changes.is_replaced = true;
            self.close_first(0);
        }
        changes
    }

    /// Closes the first texts, and no others.
    fn close_first(&mut self, count: usize) {
        (self.closed, self.closed_hasher) = (count, Sha256::new());
        for index in 0..count.min(self.list.len()) {
            add(&mut self.closed_hasher, self.list.get(index));
        }
    }

    /// Opens the texts after the closed ones at these positions.
    fn open_texts(&mut self, positions: &[TextPosition], changes: &mut Changes) {
        for position in positions {
            let index = self.closed + self.open.len();
            let text = if index < self.list.len() { self.list.get(index) } else { "" };
            let open = if text.is_empty() {
                OpenText { kept: Some(position.clone()), ..OpenText::at("", 0) }
            } else if position.is_continued_by(text) {
                OpenText::at(text, line_start(text, position.bytes, &mut self.has_growing_lines))
            } else {
                match overlap(position, text) {
                    Overlap::At(read) => {
                        changes.is_shortened = true;
                        OpenText::at(text, read)
                    }
                    Overlap::IsOlder => OpenText { kept: Some(position.clone()), ..OpenText::at("", 0) },
                    Overlap::None => {
                        changes.is_replaced = true;
                        OpenText::at(text, 0)
                    }
                }
            };
            self.open.push_back(open);
        }
        if changes.is_shortened || changes.is_replaced {
            // Texts that come later are others.
            self.open.truncate(self.list.len().saturating_sub(self.closed));
        }
    }

    /// Returns the next line without its end.
    pub fn next_line(&mut self) -> Option<String> {
        if self.kept.is_some() {
            return None;
        }
        while self.next < self.list.len() {
            let index = self.next;
            if index == self.closed + self.open.len() {
                self.close_until_one_fits();
                self.open.push_back(OpenText::at("", 0));
                if self.list.has_elements && self.list.is_present(index) && self.list.get(index).is_empty() {
                    return Some(String::new());
                }
            }
            let open = self.open.get_mut(index - self.closed)?;
            let text = self.list.get(index);
            let rest = if open.kept.is_none() { &text[open.read..] } else { "" };
            // A text before others that are open is taken as complete.
            let is_complete = self.has_whole_lines || index + self.max_open < self.list.len();
            let length = match rest.find('\n') {
                Some(end) => end + 1,
                None if is_complete => rest.len(),
                None => 0,
            };
            if length > 0 {
                let line = &rest[..length];
                open.read += length;
                open.hasher.update(line);
                return Some(without_end(line).to_owned());
            }
            self.next += 1;
        }
        None
    }

    fn close_until_one_fits(&mut self) {
        while self.open.len() >= self.max_open {
            self.open.pop_front();
            add(&mut self.closed_hasher, self.list.get(self.closed));
            self.closed += 1;
        }
    }

    /// Returns the position after the lines that were read.
    pub fn position(&self) -> ListPosition {
        if let Some(position) = &self.kept {
            return position.clone();
        }
        let max_tail = (TAIL_LINES / self.open.len().max(1)).max(MIN_TAIL_LINES);
        let position_of = |(offset, open): (usize, &OpenText)| match &open.kept {
            Some(position) => position.clone(),
            None if open.read == 0 => TextPosition::default(),
            None => {
                let read = &self.list.get(self.closed + offset)[..open.read];
                TextPosition::new(read, short_hash(open.hasher.clone()), max_tail)
            }
        };
        let closed_hash = match self.closed {
            0 => String::new(),
            _ => short_hash(self.closed_hasher.clone()),
        };
        ListPosition {
            closed: self.closed,
            closed_hash,
            open: self.open.iter().enumerate().map(position_of).collect(),
            has_growing_lines: self.has_growing_lines,
        }
    }
}

/// Returns where the next line begins in a text of which this part was read. If the last line was read without its end and has gone
/// on, it is read again.
fn line_start(text: &str, read: usize, has_growing_lines: &mut bool) -> usize {
    let (before, rest) = text.split_at(read);
    if before.is_empty() || before.ends_with('\n') || rest.is_empty() {
        return read;
    }
    *has_growing_lines = true;
    match rest {
        rest if rest.starts_with('\n') => read + 1,
        rest if rest.starts_with("\r\n") => read + 2,
        _ => before.rfind('\n').map_or(0, |end| end + 1),
    }
}

/// Adds a text to the hash of texts.
fn add(hasher: &mut Sha256, text: &str) {
    hasher.update(text.len().to_le_bytes());
    hasher.update(text);
}
