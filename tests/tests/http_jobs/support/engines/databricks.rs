use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::json;

use crate::support::engine::{Engine, Kind, Phase, Recorded, bad_request, ok};

/// Larger than the integers that a floating-point number holds.
const RUN_ID: u64 = 9_007_199_254_740_993;

pub struct Databricks;

impl Engine for Databricks {
    fn guide(&self) -> &'static str {
        "databricks"
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://WORKSPACE.azuredatabricks.net"]
    }

    fn kind(&self, request: &Recorded) -> Option<Kind> {
        if request.is(Method::POST, "/api/2.2/jobs/run-now") {
            Some(Kind::Start)
        } else if request.is(Method::GET, &format!("/api/2.2/jobs/runs/get?run_id={RUN_ID}")) {
            Some(Kind::Poll)
        } else if request.is(Method::POST, "/api/2.2/jobs/runs/cancel") {
            Some(Kind::Cancel)
        } else {
            None
        }
    }

    fn started(&self, request: &Recorded, _: &str) -> Response<Body> {
        let body = request.json();
        let is_valid =
            body["job_id"].is_u64() && body["idempotency_token"].as_str().is_some_and(|id| id.len() == 36);
        if is_valid {
            ok(&json!({ "run_id": RUN_ID, "number_in_job": RUN_ID }))
        } else {
            bad_request(request)
        }
    }

    fn polled(&self, phase: Phase, reason: &str, _: &[String]) -> Response<Body> {
        let ended = |code: &str, kind: &str| json!({ "state": "TERMINATED", "termination_details": { "code": code, "type": kind, "message": reason } });
        let status = match phase {
            Phase::Running => json!({ "state": "RUNNING" }),
            Phase::Unknown => json!({ "state": "REBOOTING" }),
            Phase::Succeeded => ended("SUCCESS", "SUCCESS"),
            // A code that the guide does not list, of a type that it lists.
            Phase::Failed => ended("DRIVER_UNREACHABLE_IN_TEST", "CLOUD_FAILURE"),
            Phase::Canceled => ended("USER_CANCELED", "SUCCESS"),
        };
        let page = format!("https://adb-1.azuredatabricks.net/?o=1#job/1/run/{RUN_ID}");
        ok(&json!({ "run_id": RUN_ID, "status": status, "run_page_url": page }))
    }

    fn canceled(&self, request: &Recorded) -> Response<Body> {
        // The id is a number.
        if request.json() == json!({ "run_id": RUN_ID }) { ok(&json!({})) } else { bad_request(request) }
    }
}
