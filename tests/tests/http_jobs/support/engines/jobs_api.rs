use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::json;
use txjobs_sdk::paths;

use crate::support::engine::{Engine, Kind, Phase, Recorded, ok};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const TRIGGER: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

pub struct JobsApi;

impl Engine for JobsApi {
    fn guide(&self) -> &'static str {
        "another-server-of-this-api"
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://jobs.example.com"]
    }

    fn token<'a>(&self, request: &'a Recorded) -> &'a str {
        request.header(paths::API_KEY_HEADER)
    }

    fn kind(&self, request: &Recorded) -> Option<Kind> {
        let job = JOB.parse().unwrap();
        let logs = paths::get_job_logs_by_trigger(job, TRIGGER.parse().unwrap(), None);
        if request.is(Method::POST, paths::execute_job(job).path_and_query()) {
            Some(Kind::Start)
        } else if request.is(Method::GET, logs.path_and_query()) {
            Some(Kind::Poll)
        } else if request.is(Method::POST, paths::cancel_job(job).path_and_query()) {
            Some(Kind::Cancel)
        } else {
            None
        }
    }

    fn started(&self, _: &Recorded, _: &str) -> Response<Body> {
        ok(&json!({ "TriggerId": TRIGGER }))
    }

    fn polled(&self, phase: Phase, _: &str, lines: &[String]) -> Response<Body> {
        let state = match phase {
            Phase::Running => 1,
            Phase::Unknown => 17,
            Phase::Succeeded => 2,
            Phase::Failed | Phase::Canceled => 3,
        };
        if lines.is_empty() && phase == Phase::Running {
            return ok(&json!([]));
        }
        let lines: Vec<_> = lines.iter().map(|line| json!({ "Severity": 0, "Message": line })).collect();
        ok(&json!([{ "State": state, "TriggerId": TRIGGER, "JobExecutionLogs": lines }]))
    }

    fn canceled(&self, _: &Recorded) -> Response<Body> {
        ok(&json!({}))
    }

    fn has_log(&self) -> bool {
        true
    }
}
