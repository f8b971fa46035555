//! The entries of the journal.

use serde::{Deserialize, Serialize};
use txjobs_sdk::Timestamp;
use uuid::Uuid;

use crate::operation::Operation;

/// A request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The number of the request, from 1.
    pub number: u64,
    /// The time of its arrival, by the emulator's clock.
    pub time: Timestamp,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The operation, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The job in its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<Uuid>,
    /// The trigger id in its path or its response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_id: Option<Uuid>,
    /// The names of its headers.
    pub headers: Vec<String>,
    /// The names of its query parameters.
    pub query: Vec<String>,
    /// The number of concurrent requests, including this one.
    pub concurrent_requests: u64,
    /// The status of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How it ended.
    pub outcome: Outcome,
    /// The time until its end, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// The ids of the fault rules that were applied.
    pub faults: Vec<u64>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It has not ended.
    InProgress,
    /// The response was sent completely.
    Completed,
    /// The connection ended before that.
    Interrupted,
}

/// Selects requests.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only requests of this operation.
    pub operation: Option<Operation>,
    /// Only requests of this job.
    pub job_id: Option<Uuid>,
    /// Only requests of this trigger id.
    pub trigger_id: Option<Uuid>,
    /// Only requests with this status.
    pub status: Option<u16>,
    /// Only requests with this outcome.
    pub outcome: Option<Outcome>,
    /// Only requests with a greater number.
    pub since: u64,
}

impl Filter {
    /// Returns whether the filter selects a request.
    pub fn matches(&self, entry: &Entry) -> bool {
        entry.number > self.since
            && self.operation.is_none_or(|operation| entry.operation == Some(operation))
            && self.job_id.is_none_or(|id| entry.job_id == Some(id))
            && self.trigger_id.is_none_or(|id| entry.trigger_id == Some(id))
            && self.status.is_none_or(|status| entry.status == Some(status))
            && self.outcome.is_none_or(|outcome| entry.outcome == outcome)
    }
}
