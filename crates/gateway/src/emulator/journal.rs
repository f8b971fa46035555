//! What clients asked: the last requests of the contract, without keys.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use txjobs_sdk::Timestamp;
use uuid::Uuid;

use super::operation::{Asked, Operation};
use crate::contract::guid;

/// How many requests are kept.
pub const KEPT: usize = 10_000;
/// What is longer in a path or a query, and no id, may be a key in a wrong place. Keys have at least 16 characters.
const LONGEST: usize = 15;
/// So much of a request is written down: parts of its path, and parameters.
const PARTS: usize = 20;
/// The most header names that are kept of a request.
const MAX_HEADERS: usize = 40;
/// The longest header name that is kept, in bytes. A key in place of a name is longer.
const MAX_HEADER_NAME: usize = 40;
/// The most fault rules that are kept of a request.
const MAX_FAULTS: usize = 20;
/// The most searches that may wait at a time: every request wakes each of them.
const MAX_WAITING: usize = 100;
/// Replaces omitted parts.
const OMITTED: &str = "…";

/// The journal. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    book: Mutex<Book>,
    /// Tells of every change.
    changes: watch::Sender<()>,
    /// One permit for each search that may wait.
    waiting: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Book {
    last: u64,
    under_way: u64,
    entries: VecDeque<Entry>,
}

/// A request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place among all requests, from 1.
    pub number: u64,
    /// When it came, by the gateway's clock.
    pub time: Timestamp,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Which operation it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The job that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<Uuid>,
    /// The trigger id that it names or was answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_id: Option<Uuid>,
    /// The names of its headers.
    pub headers: Vec<String>,
    /// The names of its query parameters.
    pub query: Vec<String>,
    /// How many requests were under way, with it.
    pub at_once: u64,
    /// What it was answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How it ended.
    pub outcome: Outcome,
    /// How long that took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// The rules that took part.
    pub faults: Vec<u64>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It has not.
    Underway,
    /// The whole answer was sent.
    Answered,
    /// The connection ended before.
    BrokenOff,
}

/// Which requests.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this operation.
    pub operation: Option<Operation>,
    /// Of this job.
    pub job_id: Option<Uuid>,
    /// Of this trigger id.
    pub trigger_id: Option<Uuid>,
    /// Answered with this.
    pub status: Option<u16>,
    /// Ended so.
    pub outcome: Option<Outcome>,
    /// With a greater number.
    pub since: u64,
}

/// A request under way; if this is dropped before its end, it was broken off.
#[derive(Clone, Debug)]
pub struct Ticket(Arc<Open>);

#[derive(Debug)]
struct Open {
    journal: Journal,
    number: u64,
    start: Instant,
}

impl Default for Journal {
    fn default() -> Self {
        let waiting = Arc::new(Semaphore::new(MAX_WAITING));
        Self(Arc::new(Inner { book: Mutex::default(), changes: watch::Sender::new(()), waiting }))
    }
}

impl Journal {
    /// Writes that a request came.
    pub fn begin(&self, parts: &Parts, asked: Option<&Asked>, time: Timestamp) -> Ticket {
        let headers = header_names(&parts.headers);
        let query =
            parts.uri.query().unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty());
        let query =
            query.take(PARTS).map(|parameter| without_key(parameter.split('=').next().unwrap_or_default()));
        let path: Vec<_> = parts.uri.path().split('/').take(PARTS).map(without_key).collect();
        let mut book = self.book();
        book.last += 1;
        book.under_way += 1;
        let entry = Entry {
            number: book.last,
            time,
            method: without_key(parts.method.as_str()),
            path: path.join("/"),
            operation: asked.map(|asked| asked.operation),
            job_id: asked.and_then(|asked| asked.job),
            trigger_id: asked.and_then(|asked| asked.trigger_id),
            headers,
            query: query.collect(),
            at_once: book.under_way,
            status: None,
            outcome: Outcome::Underway,
            milliseconds: None,
            faults: Vec::new(),
        };
        let number = entry.number;
        if book.entries.len() == KEPT {
            book.entries.pop_front();
        }
        book.entries.push_back(entry);
        drop(book);
        self.0.changes.send_replace(());
        Ticket(Arc::new(Open { journal: self.clone(), number, start: Instant::now() }))
    }

    /// Returns how many requests fit.
    pub fn count(&self, filter: &Filter) -> usize {
        self.book().entries.iter().filter(|entry| filter.fits(entry)).count()
    }

    /// Returns a permit to wait, or `None` if too many searches wait.
    pub fn wait_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.waiting).try_acquire_owned().ok()
    }

    /// What fits, oldest first: how many requests there are, and the newest `limit` of them.
    pub fn search(&self, filter: &Filter, limit: usize) -> (usize, Vec<Entry>) {
        let book = self.book();
        let fitting = || book.entries.iter().filter(|entry| filter.fits(entry));
        let total = fitting().count();
        (total, fitting().skip(total.saturating_sub(limit)).cloned().collect())
    }

    /// Tells of every change from now on.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    /// Forgets every request.
    pub fn clear(&self) {
        self.book().entries.clear();
        self.0.changes.send_replace(());
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut Entry)) {
        let mut book = self.book();
        // Numbers follow one another, so that the first one tells where this one is, if it is kept.
        let first = book.entries.front().map_or(0, |entry| entry.number);
        let place = number.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| book.entries.get_mut(place)) {
            change(entry);
        }
        drop(book);
        self.0.changes.send_replace(());
    }
}

impl Filter {
    fn fits(&self, entry: &Entry) -> bool {
        entry.number > self.since
            && self.operation.is_none_or(|operation| entry.operation == Some(operation))
            && self.job_id.is_none_or(|id| entry.job_id == Some(id))
            && self.trigger_id.is_none_or(|id| entry.trigger_id == Some(id))
            && self.status.is_none_or(|status| entry.status == Some(status))
            && self.outcome.is_none_or(|outcome| entry.outcome == outcome)
    }
}

impl Ticket {
    /// A rule took part.
    pub fn fault(&self, id: u64) {
        self.change(|entry| {
            if entry.faults.len() < MAX_FAULTS {
                entry.faults.push(id);
            }
        });
    }

    /// The head of the answer is known.
    pub fn answered(&self, status: StatusCode, trigger_id: Option<Uuid>) {
        self.change(|entry| {
            entry.status = Some(status.as_u16());
            entry.trigger_id = entry.trigger_id.or(trigger_id);
        });
    }

    /// The whole answer was sent.
    pub fn end(&self) {
        self.0.end(Outcome::Answered);
    }

    fn change(&self, change: impl FnOnce(&mut Entry)) {
        self.0.journal.change(self.0.number, change);
    }
}

impl Open {
    fn end(&self, outcome: Outcome) {
        let took = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.journal.change(self.number, |entry| {
            if entry.outcome == Outcome::Underway {
                entry.outcome = outcome;
                entry.milliseconds = Some(took);
            }
        });
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut book = self.journal.book();
        book.under_way = book.under_way.saturating_sub(1);
        drop(book);
        self.end(Outcome::BrokenOff);
    }
}

fn without_key(part: &str) -> String {
    let is_safe = part.len() <= LONGEST || guid(part).is_some();
    if is_safe { part.to_owned() } else { OMITTED.to_owned() }
}

/// Returns the names of the headers, sorted, each once.
fn header_names(headers: &HeaderMap) -> Vec<String> {
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let is_safe = |name: &str| name.len() <= LONGEST || (name.len() <= MAX_HEADER_NAME && is_plain(name));
    let shown = |name: &str| if is_safe(name) { name.to_owned() } else { OMITTED.to_owned() };
    let mut names: Vec<_> = headers.keys().take(MAX_HEADERS).map(|name| shown(name.as_str())).collect();
    if headers.keys_len() > MAX_HEADERS {
        names.push(OMITTED.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, Request};

    use super::*;

    fn begin(journal: &Journal, uri: &str) -> Ticket {
        let (parts, ()) = Request::get(uri).header("apiKey", "txg_secret").body(()).unwrap().into_parts();
        let asked = Asked::of(&Method::GET, parts.uri.path());
        journal.begin(&parts, asked.as_ref(), Timestamp::from_unix(0, 0))
    }

    #[tokio::test]
    async fn a_request_from_its_beginning_to_its_end() {
        let journal = Journal::default();
        let (first, second) = (begin(&journal, "/public/jobs"), begin(&journal, "/public/jobs/status"));
        let (total, entries) = journal.search(&Filter::default(), 10);
        assert_eq!((total, entries[0].at_once, entries[1].at_once), (2, 1, 2));
        assert_eq!(entries[0].outcome, Outcome::Underway);
        first.answered(StatusCode::OK, None);
        first.end();
        drop((first, second));
        let (_, entries) = journal.search(&Filter::default(), 10);
        assert_eq!(entries[0].outcome, Outcome::Answered);
        assert_eq!((entries[1].outcome, entries[1].status), (Outcome::BrokenOff, None));
        let of_first = Filter { status: Some(200), ..Filter::default() };
        assert_eq!(journal.search(&of_first, 10).0, 1);
        begin(&journal, "/public/jobs").end();
        let (total, entries) = journal.search(&Filter::default(), 1);
        assert_eq!((total, entries[0].number, entries[0].at_once), (3, 3, 1));
    }

    #[tokio::test]
    async fn a_key_in_a_wrong_place_is_not_written_down() {
        let journal = Journal::default();
        drop(begin(
            &journal,
            "/public/txg_0123456789abcdef/jobs?txg_0123456789abcdef&apiKey=txg_0123456789abcdef",
        ));
        let (_, entries) = journal.search(&Filter::default(), 1);
        let written = serde_json::to_string(&entries).unwrap();
        assert!(!written.contains("txg_"), "{written}");
        assert_eq!(entries[0].path, "/public/…/jobs");
        assert_eq!(entries[0].query, ["…", "apiKey"]);
        assert_eq!(entries[0].headers, ["apikey"]);
    }

    #[tokio::test]
    async fn a_long_request_takes_no_more_room_than_another() {
        let journal = Journal::default();
        drop(begin(&journal, &format!("{}?{}", "/a".repeat(20_000), "b&".repeat(10_000))));
        let (_, entries) = journal.search(&Filter::default(), 1);
        assert!(serde_json::to_string(&entries).unwrap().len() < 1000);
    }

    #[tokio::test]
    async fn headers_of_any_number_and_length_take_bounded_room() {
        let journal = Journal::default();
        let mut request = Request::get("/public/jobs").header("apiKey", "txg_secret");
        for number in 0..3000 {
            request = request.header(format!("x-{number}-{}", "a".repeat(100)), "1");
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        drop(journal.begin(&parts, None, Timestamp::from_unix(0, 0)));
        let (_, entries) = journal.search(&Filter::default(), 1);
        assert!(serde_json::to_string(&entries).unwrap().len() < 1000, "{entries:?}");
        assert!(entries[0].headers.contains(&OMITTED.to_owned()), "{entries:?}");
    }

    #[tokio::test]
    async fn every_known_header_name_is_written_and_no_key_that_stands_for_one() {
        let journal = Journal::default();
        let names = ["access-control-request-headers", "upgrade-insecure-requests", "x-api-key", "sec-ch-ua"];
        let mut request = Request::get("/public/jobs").header("txg_0123456789abcdef", "1");
        for name in names {
            request = request.header(name, "1");
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        drop(journal.begin(&parts, None, Timestamp::from_unix(0, 0)));
        let (_, mut entries) = journal.search(&Filter::default(), 1);
        assert_eq!(entries[0].headers.pop().as_deref(), Some(OMITTED));
        let mut names = names.to_vec();
        names.sort_unstable();
        assert_eq!(entries[0].headers, names);
    }

    #[tokio::test]
    async fn rules_of_a_request_take_bounded_room() {
        let journal = Journal::default();
        let ticket = begin(&journal, "/public/jobs");
        (0..1000).for_each(|id| ticket.fault(id));
        drop(ticket);
        assert_eq!(journal.search(&Filter::default(), 1).1[0].faults.len(), MAX_FAULTS);
    }

    #[test]
    fn searches_that_wait_are_bounded() {
        let journal = Journal::default();
        let mut permits: Vec<_> = (0..MAX_WAITING).map(|_| journal.wait_permit()).collect();
        assert!(permits.iter().all(Option::is_some) && journal.wait_permit().is_none());
        permits.pop();
        assert!(journal.wait_permit().is_some());
    }

    #[tokio::test]
    async fn the_oldest_are_forgotten_first() {
        let journal = Journal::default();
        let old = begin(&journal, "/public/jobs");
        for _ in 0..KEPT {
            begin(&journal, "/public/jobs").end();
        }
        old.end();
        drop(old);
        let (total, entries) = journal.search(&Filter::default(), 1);
        assert_eq!((total, entries[0].number), (KEPT, KEPT as u64 + 1));
        journal.clear();
        assert_eq!(journal.search(&Filter::default(), 1).0, 0);
        drop(begin(&journal, "/public/jobs"));
        let (_, entries) = journal.search(&Filter { since: KEPT as u64 + 1, ..Filter::default() }, 1);
        assert_eq!((entries[0].number, entries[0].at_once), (KEPT as u64 + 2, 1));
    }
}
