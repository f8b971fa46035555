//! Finds out which log lines of an answer are new, also if the server's ids cannot be trusted.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::types::{JobExecutionLog, LogId};

/// The log lines of one run that were returned, so that each is returned once.
///
/// A line is identified by its id if ids can be trusted. If they are missing, shared by several lines, or new in each answer, a
/// line is identified by its time, severity and text, and by their count: two equal lines of one second are two lines.
///
/// Lines may be checked while an answer is still arriving:
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
    /// The known lines by the hash of their ids. Empty if ids are not trusted.
    ids: HashMap<u64, KnownId>,
    /// How often lines with this content were returned.
    returned: HashMap<u64, u32>,
    /// The content of the first line that was returned.
    first: Option<u64>,
    trust: Trust,
    /// The last line that was returned, in the server's order.
    newest: Option<LogId>,
    /// Whether the next answer has to contain all lines.
    needs_whole: bool,
    answer: Answer,
}

#[derive(Clone, Copy, Debug)]
struct KnownId {
    content: u32,
    /// The number of the answer in which it was last.
    answer: u32,
}

/// Whether a server's ids can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trust {
    #[default]
    Unknown,
    /// Lines had the same ids in two whole answers.
    Proven,
    /// Lines share an id, or have another one in each answer.
    Lost,
}

/// The current answer.
#[derive(Clone, Debug, Default)]
struct Answer {
    number: u32,
    /// Whether it has only lines after a certain one.
    is_partial: bool,
    /// How often each content was in it.
    counts: HashMap<u64, u32>,
    /// The ids of lines with this content that were treated as known although their ids are new.
    withheld: HashMap<u64, Vec<LogId>>,
    lines: usize,
    /// How many lines were known by their ids.
    known_ids: usize,
    first_id: Option<LogId>,
    has_one_id: bool,
    new_lines: usize,
    /// Whether its lines contradict the known ones, so that the rest is left for the next answer.
    is_held: bool,
    /// Whether some of its lines may not have been returned.
    is_incomplete: bool,
}

impl KnownLines {
    /// Begins an answer. `after` is the line after which it was requested, if any.
    pub fn begin_response(&mut self, after: Option<LogId>) {
        let number = self.answer.number.wrapping_add(1);
        self.answer = Answer { number, is_partial: after.is_some(), has_one_id: true, ..Answer::default() };
    }

    /// Adds the next line of the answer, in the server's order. Returns whether it is new.
    pub fn insert(&mut self, line: &JobExecutionLog) -> bool {
        let answer = &mut self.answer;
        if answer.lines == 0 {
            answer.first_id = Some(line.id);
        }
        answer.lines += 1;
        answer.has_one_id &= answer.first_id == Some(line.id);
        let content = content_of(line);
        if self.answer.is_held {
            return false;
        }
        let is_known = self.is_known_by_id(line, content);
        let is_new =
            if is_known { self.replaces_withheld_line(content) } else { self.is_new_content(line, content) };
        if is_new {
            *self.returned.entry(content).or_default() += 1;
            self.first.get_or_insert(content);
            self.answer.new_lines += 1;
            if !is_known {
                self.newest = Some(line.id).filter(|id| !id.is_nil());
            }
        }
        is_new
    }

    /// Returns whether the line is known by its id. Notes ids that contradict each other.
    fn is_known_by_id(&mut self, line: &JobExecutionLog, content: u64) -> bool {
        if line.id.is_nil() || self.trust == Trust::Lost {
            return false;
        }
        let Some(known) = self.ids.get_mut(&hash_of(&line.id)) else { return false };
        let is_in_this_answer = known.answer == self.answer.number;
        if is_in_this_answer && known.content != content as u32 {
            self.distrust_ids();
            self.answer.is_held |= self.answer.is_partial;
            return false;
        }
        // Otherwise a text that was changed afterwards is still the same line.
        *known = KnownId { content: content as u32, answer: self.answer.number };
        if !is_in_this_answer {
            self.answer.known_ids += 1;
            *self.answer.counts.entry(content).or_default() += 1;
        }
        true
    }

    /// Returns whether this known line makes up for an equal earlier line of this answer that was treated as known in its place.
    fn replaces_withheld_line(&mut self, content: u64) -> bool {
        if self.count(content) <= self.returned_count(content) {
            return false;
        }
        let Some(id) = self.answer.withheld.get_mut(&content).and_then(Vec::pop) else { return false };
        self.add_known(id, content);
        true
    }

    /// Returns whether the content of a line with a new id, or without one, is new.
    fn is_new_content(&mut self, line: &JobExecutionLog, content: u64) -> bool {
        *self.answer.counts.entry(content).or_default() += 1;
        let (count, returned) = (self.count(content), self.returned_count(content));
        if self.answer.is_partial {
            // A server with new ids in each answer cannot find the line of `after`, and sends all lines.
            let looks_like_all = match self.trust {
                Trust::Proven => self.first == Some(content),
                _ => count <= returned,
            };
            self.answer.is_held |= looks_like_all;
            if self.answer.is_held {
                return false;
            }
        } else if count <= returned {
            self.answer.withheld.entry(content).or_default().push(line.id);
            return false;
        }
        self.add_known(line.id, content);
        true
    }

    /// Returns how often a content was in this answer so far.
    fn count(&self, content: u64) -> u32 {
        self.answer.counts.get(&content).copied().unwrap_or_default()
    }

    /// Returns how often a content was returned.
    fn returned_count(&self, content: u64) -> u32 {
        self.returned.get(&content).copied().unwrap_or_default()
    }

    fn add_known(&mut self, id: LogId, content: u64) {
        if !id.is_nil() && self.trust != Trust::Lost {
            let known = KnownId { content: content as u32, answer: self.answer.number };
            self.ids.insert(hash_of(&id), known);
        }
    }

    fn distrust_ids(&mut self) {
        self.trust = Trust::Lost;
        self.ids = HashMap::new();
        self.answer.is_incomplete = true;
    }

    /// Ends the answer, and draws the conclusions that need all of it.
    pub fn end_response(&mut self) {
        let has_withheld = self.answer.withheld.values().any(|withheld| !withheld.is_empty());
        let is_shared = self.answer.lines > 1
            && self.answer.has_one_id
            && self.answer.first_id.is_some_and(|id| !id.is_nil());
        if self.trust == Trust::Lost {
            // Trust is not regained, because the returned lines are no longer known by their ids.
        } else if is_shared {
            self.distrust_ids();
        } else if has_withheld && self.answer.known_ids == 0 {
            self.trust = Trust::Lost;
            self.ids = HashMap::new();
        } else if self.answer.known_ids > 0 && !has_withheld && !self.answer.is_partial {
            self.trust = Trust::Proven;
        }
        self.answer.is_incomplete |= self.answer.is_held;
        // With some ids kept and some renewed, only whole answers can be compared.
        self.needs_whole = self.answer.is_incomplete || has_withheld && self.answer.known_ids > 0;
        self.answer.counts = HashMap::new();
        self.answer.withheld = HashMap::new();
    }

    /// Returns the line after which the next answer may be requested; `None` if it has to contain all lines.
    pub fn after(&self) -> Option<LogId> {
        self.newest.filter(|_| self.trust != Trust::Lost && !self.needs_whole)
    }

    /// Returns how many lines of the last answer were new.
    pub fn new_line_count(&self) -> usize {
        self.answer.new_lines
    }

    /// Returns whether the last answer may have had lines that were not returned and that a further answer will contain.
    pub fn is_incomplete(&self) -> bool {
        self.answer.is_incomplete
    }
}

/// Returns the content that identifies a line without its id.
fn content_of(line: &JobExecutionLog) -> u64 {
    hash_of(&(line.time_stamp, line.severity, &line.message))
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
