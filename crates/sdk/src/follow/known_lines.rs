//! Decides which log lines of a response are new, also if the server's ids are unreliable.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::types::{JobExecutionLog, LogId};

/// The log lines of one run that were already returned, so that each line is returned once.
///
/// A line is identified by its id if ids are reliable. If ids are missing, shared by several lines, or different in each response, a
/// line is identified by its time, severity, and message, and by the count of such lines: two equal lines are two lines.
///
/// Lines may be inserted while a response is still arriving:
///
/// ```
/// # use txjobs_sdk::{Severity, follow::KnownLines, types::JobExecutionLog};
/// # let line = JobExecutionLog {
/// #     id: uuid::Uuid::nil().into(), job_execution_id: None, message: String::new(), severity: Severity::Error, time_stamp: None
/// # };
/// let mut known = KnownLines::default();
/// known.begin_response(None);
/// assert!(known.insert(&line));
/// known.end_response();
/// known.begin_response(None);
/// assert!(!known.insert(&line));
/// ```
#[derive(Clone, Debug, Default)]
pub struct KnownLines {
    /// The known lines by the hash of their ids. Empty if ids are unreliable.
    ids: HashMap<u64, KnownId>,
    /// How many lines with this content were returned.
    returned: HashMap<u64, u32>,
    reliability: IdReliability,
    /// The last line that was returned, in the server's order.
    newest: Option<LogId>,
    /// Whether the next response has to contain all lines.
    needs_all_lines: bool,
    response: Response,
}

#[derive(Clone, Copy, Debug)]
struct KnownId {
    content: u32,
    /// The number of the last response with this id.
    response: u32,
}

/// Whether a server's ids identify lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum IdReliability {
    #[default]
    Unknown,
    /// Lines had the same ids in two complete responses.
    Reliable,
    /// Lines share an id, or have a different id in each response.
    Unreliable,
}

/// The current response.
#[derive(Clone, Debug, Default)]
struct Response {
    number: u32,
    /// Whether it contains only the lines after a certain line.
    is_partial: bool,
    /// How many lines of the response have this content.
    counts: HashMap<u64, u32>,
    /// The new ids of lines that counted as known because of their content.
    suppressed: HashMap<u64, Vec<LogId>>,
    line_count: usize,
    /// How many lines were known by their ids.
    known_id_count: usize,
    first_id: Option<LogId>,
    has_one_id: bool,
    new_line_count: usize,
    /// Whether a line contradicts the known lines. All further lines are then left to the next response.
    is_contradictory: bool,
    /// Whether the response may contain new lines that were not returned.
    is_incomplete: bool,
}

impl KnownLines {
    /// Begins a response. `after` is the line after which it was requested, if any.
    pub fn begin_response(&mut self, after: Option<LogId>) {
        let number = self.response.number.wrapping_add(1);
        self.response =
            Response { number, is_partial: after.is_some(), has_one_id: true, ..Response::default() };
    }

    /// Inserts the next line of the response, in the server's order. Returns whether it is new.
    pub fn insert(&mut self, line: &JobExecutionLog) -> bool {
        let response = &mut self.response;
        if response.line_count == 0 {
            response.first_id = Some(line.id);
        }
        response.line_count += 1;
        response.has_one_id &= response.first_id == Some(line.id);
        if response.is_contradictory {
            return false;
        }
        let content = content_hash(line);
        let has_known_id = self.check_id(line, content);
        let is_new = if has_known_id {
            self.replace_suppressed_line(content)
        } else {
            self.check_content(line, content)
        };
        if is_new {
            *self.returned.entry(content).or_default() += 1;
            self.response.new_line_count += 1;
            if !has_known_id {
                self.newest = Some(line.id).filter(|id| !id.is_nil());
            }
        }
        is_new
    }

    /// Ends the response and updates the conclusions that depend on all its lines.
    pub fn end_response(&mut self) {
        let response = &self.response;
        let has_suppressed = response.suppressed.values().any(|ids| !ids.is_empty());
        let has_known_ids = response.known_id_count > 0;
        let is_one_id_shared = response.line_count > 1
            && response.has_one_id
            && response.first_id.is_some_and(|id| !id.is_nil());
        if self.reliability == IdReliability::Unreliable {
            // This is final, because the returned lines are no longer known by their ids.
        } else if is_one_id_shared {
            self.mark_ids_unreliable();
            self.response.is_incomplete = true;
        } else if has_suppressed && !has_known_ids {
            self.mark_ids_unreliable();
        } else if has_known_ids && !has_suppressed && !response.is_partial {
            self.reliability = IdReliability::Reliable;
        }
        self.response.is_incomplete |= self.response.is_contradictory;
        // If only some ids are reliable, only complete responses can be compared.
        self.needs_all_lines = self.response.is_incomplete || has_suppressed && has_known_ids;
        self.response.counts = HashMap::new();
        self.response.suppressed = HashMap::new();
    }

    /// Returns the line after which the next response may be requested. Returns `None` if it has to contain all lines.
    pub fn after(&self) -> Option<LogId> {
        self.newest.filter(|_| self.reliability != IdReliability::Unreliable && !self.needs_all_lines)
    }

    /// Returns how many lines of the last response were new.
    pub fn new_line_count(&self) -> usize {
        self.response.new_line_count
    }

    /// Returns whether the last response may contain new lines that were not returned. The next response contains them.
    pub fn is_incomplete(&self) -> bool {
        self.response.is_incomplete
    }

    /// Returns whether the line is known by its id. Marks ids as unreliable if two lines of the response share one.
    fn check_id(&mut self, line: &JobExecutionLog, content: u64) -> bool {
        if line.id.is_nil() || self.reliability == IdReliability::Unreliable {
            return false;
        }
        let Some(known) = self.ids.get_mut(&hash_of(&line.id)) else { return false };
        let is_in_this_response = known.response == self.response.number;
        if is_in_this_response && known.content != content as u32 {
            self.mark_ids_unreliable();
            self.response.is_incomplete = true;
            self.response.is_contradictory |= self.response.is_partial;
            return false;
        }
        // A line from an earlier response with other content is the same line, changed by the server.
        *known = KnownId { content: content as u32, response: self.response.number };
        if !is_in_this_response {
            self.response.known_id_count += 1;
            *self.response.counts.entry(content).or_default() += 1;
        }
        true
    }

    /// Returns whether this line with a known id compensates for an equal line of the response that was suppressed instead of it.
    fn replace_suppressed_line(&mut self, content: u64) -> bool {
        if self.count(content) <= self.returned_count(content) {
            return false;
        }
        let Some(id) = self.response.suppressed.get_mut(&content).and_then(Vec::pop) else { return false };
        self.add_id(id, content);
        true
    }

    /// Returns whether a line with an unknown id, or without an id, is new because of its content.
    fn check_content(&mut self, line: &JobExecutionLog, content: u64) -> bool {
        *self.response.counts.entry(content).or_default() += 1;
        let (count, returned) = (self.count(content), self.returned_count(content));
        if self.response.is_partial {
            // A server with different ids in each response does not find the line of `after`, and sends all lines.
            self.response.is_contradictory = count <= returned;
            if self.response.is_contradictory {
                return false;
            }
        } else if count <= returned {
            self.response.suppressed.entry(content).or_default().push(line.id);
            return false;
        }
        self.add_id(line.id, content);
        true
    }

    /// Returns how many lines of the response so far have this content.
    fn count(&self, content: u64) -> u32 {
        self.response.counts.get(&content).copied().unwrap_or_default()
    }

    /// Returns how many lines with this content were returned.
    fn returned_count(&self, content: u64) -> u32 {
        self.returned.get(&content).copied().unwrap_or_default()
    }

    fn add_id(&mut self, id: LogId, content: u64) {
        if !id.is_nil() && self.reliability != IdReliability::Unreliable {
            let known = KnownId { content: content as u32, response: self.response.number };
            self.ids.insert(hash_of(&id), known);
        }
    }

    fn mark_ids_unreliable(&mut self) {
        self.reliability = IdReliability::Unreliable;
        self.ids = HashMap::new();
    }
}

/// Returns a hash of the content that identifies a line without its id.
fn content_hash(line: &JobExecutionLog) -> u64 {
    hash_of(&(line.time_stamp, line.severity, &line.message))
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
