//! Emulates a replica that lags: every other response shows an earlier state.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use txjobs_sdk::types::{JobExecution, JobStatus};
use txjobs_sdk::{ExecutionState, JobStatusCode, Timestamp, paths};
use uuid::Uuid;

use txjobs_gateway::clock::{Micros, from_timestamp};

use crate::operation::Operation;

/// The replica that responds next, for each operation. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Replicas(Arc<Mutex<BTreeMap<&'static str, bool>>>);

impl Replicas {
    /// Returns whether this response is that of the lagging replica, as the first response of an operation and every other one after it.
    pub fn is_lagging(&self, operation: Operation) -> bool {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(operation.0.id).or_insert(false);
        *turn = !*turn;
        *turn
    }

    /// Makes the replica that lags respond next.
    pub fn reset(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Changes the executions in the response to their state at a time.
pub(super) fn executions_at(response: Value, time: Micros) -> Value {
    changed(response, |executions: Vec<JobExecution>| {
        executions.into_iter().filter_map(|execution| execution_at(execution, time)).collect::<Vec<_>>()
    })
}

fn execution_at(mut execution: JobExecution, time: Micros) -> Option<JobExecution> {
    let is_later = |at: Option<Timestamp>| at.is_some_and(|at| from_timestamp(&at) > time);
    if is_later(execution.create_time) {
        return None;
    }
    if is_later(execution.end_time) {
        execution.end_time = None;
        execution.state = ExecutionState::Running;
    }
    execution.job_execution_logs.retain(|line| !is_later(line.time_stamp));
    Some(execution)
}

/// Changes the statuses in the response of an operation.
pub(super) fn with_statuses(
    response: Value,
    operation: Operation,
    change: impl Fn(Uuid, JobStatusCode) -> JobStatusCode,
) -> Value {
    let change = |mut job: JobStatus| {
        let status = change(job.job_id.0, job.status);
        if status != job.status {
            job.status = status;
            job.message = Some(format!("The job is {status}."));
        }
        job
    };
    if operation.is(&paths::GET_JOB_STATUS) {
        changed(response, change)
    } else if operation.is(&paths::LIST_JOB_STATUSES) {
        changed(response, |jobs: Vec<JobStatus>| jobs.into_iter().map(change).collect::<Vec<_>>())
    } else {
        response
    }
}

/// Returns the status of a job, given the jobs that were busy at that time.
pub(super) fn status_of(busy: &HashMap<Uuid, JobStatusCode>, job: Uuid) -> JobStatusCode {
    busy.get(&job).copied().unwrap_or(JobStatusCode::Idle)
}

/// Changes the response as the contract's type. Other bodies are unchanged.
fn changed<T: DeserializeOwned, U: Serialize>(response: Value, change: impl FnOnce(T) -> U) -> Value {
    match T::deserialize(&response) {
        Ok(read) => serde_json::to_value(change(read)).unwrap_or(response),
        Err(_) => response,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Micros {
        from_timestamp(&text.parse().unwrap())
    }

    fn response() -> Value {
        json!([{
            "Id": "e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e",
            "JobId": "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35",
            "State": 2,
            "CreateTime": "2026-03-14T02:00:00Z",
            "EndTime": "2026-03-14T02:00:09Z",
            "JobExecutionLogs": [
                { "Id": "c2d5e8f1-0a3b-4c6d-9e7f-8a1b2c3d4e5f", "Severity": 0, "TimeStamp": "2026-03-14T02:00:01Z", "Message": "first" },
                { "Id": "c2d5e8f1-0a3b-4c6d-9e7f-8a1b2c3d4e60", "Severity": 0, "TimeStamp": "2026-03-14T02:00:05Z", "Message": "last" },
            ],
        }])
    }

    #[test]
    fn execution_is_shown_as_it_was() {
        let run = |time: &str| executions_at(response(), at(time))[0].clone();
        assert_eq!(run("2026-03-14T01:59:59Z"), Value::Null, "it was not there");
        for (time, state, lines) in [
            ("2026-03-14T02:00:00Z", 1, 0),
            ("2026-03-14T02:00:04Z", 1, 1),
            ("2026-03-14T02:00:08Z", 1, 2),
            ("2026-03-14T02:00:09Z", 2, 2),
        ] {
            let run = run(time);
            let count = run["JobExecutionLogs"].as_array().map_or(0, Vec::len);
            assert_eq!((&run["State"], count), (&json!(state), lines), "{time}: {run}");
            assert_eq!(run["EndTime"].is_string(), state == 2, "{time}: {run}");
        }
    }

    #[test]
    fn status_is_shown_as_it_was() {
        let job = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
        let response = json!({ "JobId": job, "Status": 0, "Message": "The job is idle." });
        let one = Operation(&paths::GET_JOB_STATUS);
        let pending = with_statuses(response.clone(), one, |_, _| JobStatusCode::Pending);
        assert_eq!(pending, json!({ "JobId": job, "Status": 1, "Message": "The job is pending." }));
        let all = Operation(&paths::LIST_JOB_STATUSES);
        assert_eq!(with_statuses(json!([response]), all, |_, status| status), json!([response]));
    }

    #[test]
    fn every_other_response_of_an_operation_lags() {
        let replicas = Replicas::default();
        let (one, other) = (Operation(&paths::GET_JOB_STATUS), Operation(&paths::GET_JOB_LOGS));
        let turns = [one, one, other, one, other].map(|operation| replicas.is_lagging(operation));
        assert_eq!(turns, [true, false, true, true, false]);
        replicas.reset();
        assert!(replicas.is_lagging(one));
    }
}
