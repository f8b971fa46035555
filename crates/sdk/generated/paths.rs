use crate::operation::{Method, Operation, Request, push_path, push_query};
/// The request header that carries the API key by default.
pub const API_KEY_HEADER: &str = "apiKey";
/// The response header in which a server announces its extensions of the vendor's API.
pub const EXTENSIONS_HEADER: &str = "x-txjobs-extensions";
/// The base URL of a gateway on this machine, with the default port.
pub const LOCAL_GATEWAY_URL: &str = "http://127.0.0.1:8400";
/// All operations of the contract.
pub const ALL: [&Operation; 7usize] = [
    &LIST_JOBS,
    &LIST_JOB_STATUSES,
    &EXECUTE_JOB,
    &CANCEL_JOB,
    &GET_JOB_STATUS,
    &GET_JOB_LOGS,
    &GET_JOB_LOGS_BY_TRIGGER,
];
///Get all jobs: `GET /public/jobs`.
pub const LIST_JOBS: Operation = Operation {
    id: "list_jobs",
    method: Method::Get,
    template: "/public/jobs",
    summary: "Get all jobs",
    parameters: &[],
    query_parameters: &[],
    is_extension: false,
};
///Get all jobs: `GET /public/jobs`.
#[allow(unused_mut, reason = "not every operation has parameters")]
pub fn list_jobs() -> Request {
    let mut path = String::new();
    path.push_str("/public/jobs");
    let mut query = String::new();
    Request::new(&LIST_JOBS, path, query)
}
///Get all job statuses: `GET /public/jobs/status`.
pub const LIST_JOB_STATUSES: Operation = Operation {
    id: "list_job_statuses",
    method: Method::Get,
    template: "/public/jobs/status",
    summary: "Get all job statuses",
    parameters: &[],
    query_parameters: &[],
    is_extension: false,
};
///Get all job statuses: `GET /public/jobs/status`.
#[allow(unused_mut, reason = "not every operation has parameters")]
pub fn list_job_statuses() -> Request {
    let mut path = String::new();
    path.push_str("/public/jobs/status");
    let mut query = String::new();
    Request::new(&LIST_JOB_STATUSES, path, query)
}
///Execute a job: `POST /public/jobs/{job_id}/execute`.
pub const EXECUTE_JOB: Operation = Operation {
    id: "execute_job",
    method: Method::Post,
    template: "/public/jobs/{job_id}/execute",
    summary: "Execute a job",
    parameters: &["job_id"],
    query_parameters: &[],
    is_extension: false,
};
///Execute a job: `POST /public/jobs/{job_id}/execute`.
#[allow(unused_mut, reason = "not every operation has parameters")]
pub fn execute_job(job_id: crate::types::JobId) -> Request {
    let mut path = String::new();
    path.push_str("/public/jobs/");
    push_path(&mut path, &job_id);
    path.push_str("/execute");
    let mut query = String::new();
    Request::new(&EXECUTE_JOB, path, query)
}
///Cancel the current run of a job: `POST /public/jobs/{job_id}/cancel`.
pub const CANCEL_JOB: Operation = Operation {
    id: "cancel_job",
    method: Method::Post,
    template: "/public/jobs/{job_id}/cancel",
    summary: "Cancel the current run of a job",
    parameters: &["job_id"],
    query_parameters: &[],
    is_extension: true,
};
///Cancel the current run of a job: `POST /public/jobs/{job_id}/cancel`.
#[allow(unused_mut, reason = "not every operation has parameters")]
pub fn cancel_job(job_id: crate::types::JobId) -> Request {
    let mut path = String::new();
    path.push_str("/public/jobs/");
    push_path(&mut path, &job_id);
    path.push_str("/cancel");
    let mut query = String::new();
    Request::new(&CANCEL_JOB, path, query)
}
///Get the status of a job: `GET /public/jobs/{job_id}/status`.
pub const GET_JOB_STATUS: Operation = Operation {
    id: "get_job_status",
    method: Method::Get,
    template: "/public/jobs/{job_id}/status",
    summary: "Get the status of a job",
    parameters: &["job_id"],
    query_parameters: &[],
    is_extension: false,
};
///Get the status of a job: `GET /public/jobs/{job_id}/status`.
#[allow(unused_mut, reason = "not every operation has parameters")]
pub fn get_job_status(job_id: crate::types::JobId) -> Request {
    let mut path = String::new();
    path.push_str("/public/jobs/");
    push_path(&mut path, &job_id);
    path.push_str("/status");
    let mut query = String::new();
    Request::new(&GET_JOB_STATUS, path, query)
}
///Get the executions of a job, with their logs: `GET /public/jobs/{job_id}/logs`.
pub const GET_JOB_LOGS: Operation = Operation {
    id: "get_job_logs",
    method: Method::Get,
    template: "/public/jobs/{job_id}/logs",
    summary: "Get the executions of a job, with their logs",
    parameters: &["job_id", "limit", "logs"],
    query_parameters: &["limit", "logs"],
    is_extension: false,
};
///Get the executions of a job, with their logs: `GET /public/jobs/{job_id}/logs`.
#[allow(unused_mut, reason = "not every operation has parameters")]
pub fn get_job_logs(
    job_id: crate::types::JobId,
    limit: Option<i32>,
    logs: Option<crate::types::LogsSelection>,
) -> Request {
    let mut path = String::new();
    path.push_str("/public/jobs/");
    push_path(&mut path, &job_id);
    path.push_str("/logs");
    let mut query = String::new();
    push_query(&mut query, "limit", limit);
    push_query(&mut query, "logs", logs);
    Request::new(&GET_JOB_LOGS, path, query)
}
///Get the execution of a trigger id, with its log: `GET /public/jobs/{job_id}/logs/{trigger_id}`.
pub const GET_JOB_LOGS_BY_TRIGGER: Operation = Operation {
    id: "get_job_logs_by_trigger",
    method: Method::Get,
    template: "/public/jobs/{job_id}/logs/{trigger_id}",
    summary: "Get the execution of a trigger id, with its log",
    parameters: &["job_id", "trigger_id", "after"],
    query_parameters: &["after"],
    is_extension: false,
};
///Get the execution of a trigger id, with its log: `GET /public/jobs/{job_id}/logs/{trigger_id}`.
#[allow(unused_mut, reason = "not every operation has parameters")]
pub fn get_job_logs_by_trigger(
    job_id: crate::types::JobId,
    trigger_id: crate::types::TriggerId,
    after: Option<crate::types::LogId>,
) -> Request {
    let mut path = String::new();
    path.push_str("/public/jobs/");
    push_path(&mut path, &job_id);
    path.push_str("/logs/");
    push_path(&mut path, &trigger_id);
    let mut query = String::new();
    push_query(&mut query, "after", after);
    Request::new(&GET_JOB_LOGS_BY_TRIGGER, path, query)
}
