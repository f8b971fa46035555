//! Records the last requests of the contract, without keys.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use axum::http::request::Parts;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use txjobs_sdk::Timestamp;
use uuid::Uuid;

use super::entry::{Entry, Filter, Outcome};
use super::redaction::RedactedRequest;
use crate::operation::OperationCall;

/// The maximum number of requests.
pub const MAX_ENTRIES: usize = 10_000;
/// The most fault rules that are recorded of a request.
const MAX_FAULTS: usize = 20;
/// The most searches that may wait at a time: every request wakes each of them.
const MAX_WAITING: usize = 100;

/// The journal. Clones are the same journal.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<JournalState>,
    /// Is notified of every change.
    changes: watch::Sender<()>,
    /// One permit for each search that may wait.
    waiting: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct JournalState {
    last_number: u64,
    concurrent_requests: u64,
    entries: VecDeque<Entry>,
}

/// The record of a request. If it is dropped before the end of the request, the request was interrupted.
#[derive(Clone, Debug)]
pub struct RequestRecord(Arc<OpenRecord>);

#[derive(Debug)]
struct OpenRecord {
    journal: Journal,
    number: u64,
    start: Instant,
}

impl Default for Journal {
    fn default() -> Self {
        let waiting = Arc::new(Semaphore::new(MAX_WAITING));
        Self(Arc::new(Inner { state: Mutex::default(), changes: watch::Sender::new(()), waiting }))
    }
}

impl Journal {
    /// Records a request that arrives.
    pub fn begin(&self, parts: &Parts, call: Option<&OperationCall>, time: Timestamp) -> RequestRecord {
        let RedactedRequest { method, path, headers, query } = RedactedRequest::new(parts);
        let mut state = self.state();
        state.last_number += 1;
        state.concurrent_requests += 1;
        let entry = Entry {
            number: state.last_number,
            time,
            method,
            path,
            operation: call.map(|call| call.operation),
            job_id: call.and_then(|call| call.job),
            trigger_id: call.and_then(|call| call.trigger_id),
            headers,
            query,
            concurrent_requests: state.concurrent_requests,
            status: None,
            outcome: Outcome::InProgress,
            milliseconds: None,
            faults: Vec::new(),
        };
        let number = entry.number;
        if state.entries.len() == MAX_ENTRIES {
            state.entries.pop_front();
        }
        state.entries.push_back(entry);
        drop(state);
        self.0.changes.send_replace(());
        RequestRecord(Arc::new(OpenRecord { journal: self.clone(), number, start: Instant::now() }))
    }

    /// Returns the number of requests that a filter selects.
    pub fn count(&self, filter: &Filter) -> usize {
        self.state().entries.iter().filter(|entry| filter.matches(entry)).count()
    }

    /// Returns a permit to wait, or `None` if too many searches wait.
    pub fn wait_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.waiting).try_acquire_owned().ok()
    }

    /// Returns the number of requests that a filter selects, and the newest `limit` of them, oldest first.
    pub fn search(&self, filter: &Filter, limit: usize) -> (usize, Vec<Entry>) {
        let state = self.state();
        let matching = || state.entries.iter().filter(|entry| filter.matches(entry));
        let total = matching().count();
        (total, matching().skip(total.saturating_sub(limit)).cloned().collect())
    }

    /// Returns a receiver that is notified of every change from now on.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    /// Removes all requests.
    pub fn clear(&self) {
        self.state().entries.clear();
        self.0.changes.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, JournalState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update(&self, number: u64, change: impl FnOnce(&mut Entry)) {
        let mut state = self.state();
        // Numbers are consecutive, so that the index follows from the number of the first entry.
        let first = state.entries.front().map_or(0, |entry| entry.number);
        let index = number.checked_sub(first).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| state.entries.get_mut(index)) {
            change(entry);
        }
        drop(state);
        self.0.changes.send_replace(());
    }
}

impl RequestRecord {
    /// Records that a fault rule was applied.
    pub fn add_fault(&self, id: u64) {
        self.update(|entry| {
            if entry.faults.len() < MAX_FAULTS {
                entry.faults.push(id);
            }
        });
    }

    /// Records the status of the response.
    pub fn set_response(&self, status: StatusCode, trigger_id: Option<Uuid>) {
        self.update(|entry| {
            entry.status = Some(status.as_u16());
            entry.trigger_id = entry.trigger_id.or(trigger_id);
        });
    }

    /// Records that the response was sent completely.
    pub fn end(&self) {
        self.0.end(Outcome::Completed);
    }

    fn update(&self, change: impl FnOnce(&mut Entry)) {
        self.0.journal.update(self.0.number, change);
    }
}

impl OpenRecord {
    fn end(&self, outcome: Outcome) {
        let milliseconds = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.journal.update(self.number, |entry| {
            if entry.outcome == Outcome::InProgress {
                entry.outcome = outcome;
                entry.milliseconds = Some(milliseconds);
            }
        });
    }
}

impl Drop for OpenRecord {
    fn drop(&mut self) {
        let mut state = self.journal.state();
        state.concurrent_requests = state.concurrent_requests.saturating_sub(1);
        drop(state);
        self.end(Outcome::Interrupted);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, Request};

    use super::super::redaction::OMITTED;
    use super::*;

    fn begin(journal: &Journal, uri: &str) -> RequestRecord {
        let (parts, ()) = Request::get(uri).header("apiKey", "txg_secret").body(()).unwrap().into_parts();
        let call = OperationCall::parse(&Method::GET, parts.uri.path());
        journal.begin(&parts, call.as_ref(), Timestamp::from_unix(0, 0))
    }

    #[tokio::test]
    async fn entry_changes_from_start_to_end_of_its_request() {
        let journal = Journal::default();
        let (first, second) = (begin(&journal, "/public/jobs"), begin(&journal, "/public/jobs/status"));
        let (total, entries) = journal.search(&Filter::default(), 10);
        assert_eq!((total, entries[0].concurrent_requests, entries[1].concurrent_requests), (2, 1, 2));
        assert_eq!(entries[0].outcome, Outcome::InProgress);
        first.set_response(StatusCode::OK, None);
        first.end();
        drop((first, second));
        let (_, entries) = journal.search(&Filter::default(), 10);
        assert_eq!(entries[0].outcome, Outcome::Completed);
        assert_eq!((entries[1].outcome, entries[1].status), (Outcome::Interrupted, None));
        let of_first = Filter { status: Some(200), ..Filter::default() };
        assert_eq!(journal.search(&of_first, 10).0, 1);
        begin(&journal, "/public/jobs").end();
        let (total, entries) = journal.search(&Filter::default(), 1);
        assert_eq!((total, entries[0].number, entries[0].concurrent_requests), (3, 3, 1));
    }

    #[tokio::test]
    async fn key_in_a_wrong_place_is_not_recorded() {
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
    async fn entry_of_a_long_request_is_bounded() {
        let journal = Journal::default();
        drop(begin(&journal, &format!("{}?{}", "/a".repeat(20_000), "b&".repeat(10_000))));
        let (_, entries) = journal.search(&Filter::default(), 1);
        assert!(serde_json::to_string(&entries).unwrap().len() < 1000);
    }

    #[tokio::test]
    async fn entry_of_a_request_with_many_headers_is_bounded() {
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
    async fn known_header_names_are_recorded_and_a_key_in_place_of_one_is_not() {
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
    async fn recorded_fault_rules_are_bounded() {
        let journal = Journal::default();
        let record = begin(&journal, "/public/jobs");
        (0..1000).for_each(|id| record.add_fault(id));
        drop(record);
        assert_eq!(journal.search(&Filter::default(), 1).1[0].faults.len(), MAX_FAULTS);
    }

    #[test]
    fn waiting_searches_are_bounded() {
        let journal = Journal::default();
        let mut permits: Vec<_> = (0..MAX_WAITING).map(|_| journal.wait_permit()).collect();
        assert!(permits.iter().all(Option::is_some) && journal.wait_permit().is_none());
        permits.pop();
        assert!(journal.wait_permit().is_some());
    }

    #[tokio::test]
    async fn oldest_entry_is_removed_first() {
        let journal = Journal::default();
        let old = begin(&journal, "/public/jobs");
        for _ in 0..MAX_ENTRIES {
            begin(&journal, "/public/jobs").end();
        }
        old.end();
        drop(old);
        let (total, entries) = journal.search(&Filter::default(), 1);
        assert_eq!((total, entries[0].number), (MAX_ENTRIES, MAX_ENTRIES as u64 + 1));
        journal.clear();
        assert_eq!(journal.search(&Filter::default(), 1).0, 0);
        drop(begin(&journal, "/public/jobs"));
        let (_, entries) = journal.search(&Filter { since: MAX_ENTRIES as u64 + 1, ..Filter::default() }, 1);
        assert_eq!((entries[0].number, entries[0].concurrent_requests), (MAX_ENTRIES as u64 + 2, 1));
    }
}
