//! A stand-in of a cluster: the Jobs of one namespace, each with one pod, and what a test lets happen to them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tokio::sync::{Notify, watch};
use txjobs_test_support::wait_until;

use crate::statuses;

/// The token that the API server accepts.
pub const TOKEN: &str = "a-token-that-nobody-may-see";
pub const NAMESPACE: &str = "etl";
/// The second of the first line of a log.
const FIRST_SECOND: u64 = 1_700_000_000;

/// The kinds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Create,
    GetJob,
    DeleteJob,
    ListPods,
    Log,
    Events,
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This response: status code, reason, and message.
    Respond(u16, &'static str, &'static str),
    /// Text instead of JSON.
    Garbage(u16, &'static str),
    /// The request has its effect, but the connection is closed before the response.
    LoseResponse,
    /// The request has its effect, but there is no response.
    Hold,
    /// The request, one that creates, has its effect when the test releases it, also if the connection is closed before.
    Delay,
    /// The log is cut off after this number of bytes.
    CutAfter(usize),
}

/// The stand-in. Clones are the same one.
#[derive(Clone)]
pub struct Cluster {
    state: Arc<Mutex<State>>,
    changes: watch::Sender<u64>,
    released: Arc<Notify>,
    pub address: String,
}

#[derive(Default)]
pub struct State {
    pub job: Option<Value>,
    pub pod: Option<Value>,
    pub lines: Vec<String>,
    pub first_status: Value,
    pub created: usize,
    pub has_log_ended: bool,
    pub events: Value,
    faults: VecDeque<(Kind, Fault)>,
    requests: Vec<(Kind, String)>,
}

impl Cluster {
    /// Creates a cluster whose pods begin with this status, at this address.
    pub fn new(first_status: Value, address: String) -> Self {
        let state = State { first_status, events: json!([]), ..State::default() };
        let (changes, released) = (watch::Sender::new(0), Arc::new(Notify::new()));
        Self { state: Arc::new(Mutex::new(state)), changes, released, address }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changes.send_modify(|count| *count += 1);
    }

    /// Lets the next request of a kind fail.
    pub fn add_fault(&self, kind: Kind, fault: Fault) {
        self.lock().faults.push_back((kind, fault));
    }

    /// Lets the delayed request have its effect.
    pub fn release(&self) {
        self.released.notify_one();
    }

    /// Waits until the test releases the delayed request.
    pub async fn wait_for_release(&self) {
        self.released.notified().await;
    }

    /// Notes a request, and returns its fault.
    pub fn receive(&self, kind: Kind, target: String) -> Option<Fault> {
        let mut state = self.lock();
        state.requests.push((kind, target));
        let index = state.faults.iter().position(|(faulty, _)| *faulty == kind)?;
        state.faults.remove(index).map(|(_, fault)| fault)
    }

    /// Returns the targets of the requests of a kind.
    pub fn requests(&self, kind: Kind) -> Vec<String> {
        let state = self.lock();
        state.requests.iter().filter(|(other, _)| *other == kind).map(|(_, target)| target.clone()).collect()
    }

    /// Waits until there were this many requests of a kind.
    pub async fn wait_for(&self, kind: Kind, count: usize) {
        wait_until(&format!("{count} requests {kind:?}"), async || {
            (self.requests(kind).len() >= count).then_some(())
        })
        .await;
    }

    /// Returns the Job.
    pub fn job(&self) -> Value {
        self.lock().job.clone().expect("a Job")
    }

    /// Lets the pod write lines, three in a second.
    pub fn write(&self, lines: &[&str]) {
        self.change(|state| {
            for line in lines {
                let index = state.lines.len() as u64;
                let time = std::time::UNIX_EPOCH
                    + std::time::Duration::new(
                        FIRST_SECOND + index / 3,
                        u32::try_from(index % 3 * 1000).unwrap(),
                    );
                state.lines.push(format!("{} {line}\n", humantime::format_rfc3339_nanos(time)));
            }
        });
    }

    pub fn set_pod_status(&self, status: Value) {
        self.change(|state| {
            state.pod.as_mut().expect("a pod")["status"] = status;
        });
    }

    pub fn delete_pod(&self) {
        self.change(|state| {
            state.pod = None;
            state.has_log_ended = true;
        });
    }

    pub fn delete_job(&self) {
        self.change(|state| {
            (state.job, state.pod) = (None, None);
            state.has_log_ended = true;
        });
    }

    /// Gives the Job a condition that ends it.
    pub fn end_job(&self, kind: &str, reason: &str, message: &str) {
        self.change(|state| {
            let condition = json!({ "type": kind, "status": "True", "reason": reason, "message": message });
            state.job.as_mut().expect("a Job")["status"] = json!({ "conditions": [condition] });
            state.has_log_ended = true;
        });
    }

    /// Lets the program exit, and the Job end.
    pub fn exit(&self, code: i32) {
        self.set_pod_status(statuses::exited(code));
        match code {
            0 => self.end_job("Complete", "CompletionsReached", ""),
            _ => {
                self.end_job("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
            }
        }
    }
}
