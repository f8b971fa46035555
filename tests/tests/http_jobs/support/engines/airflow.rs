use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::{Value, json};

use crate::support::engine::{Engine, Kind, Phase, Recorded, bad_request, ok};

const RUNS: &str = "/api/v2/dags/nightly_load/dagRuns";

pub struct Airflow;

impl Engine for Airflow {
    fn guide(&self) -> &'static str {
        "airflow"
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://airflow.example.com"]
    }

    fn kind(&self, request: &Recorded) -> Option<Kind> {
        let is_run = request.target.strip_prefix(&format!("{RUNS}/txjobs-")).is_some_and(|id| id.len() == 36);
        match (request.method.clone(), is_run) {
            (Method::POST, false) if request.target == RUNS => Some(Kind::Start),
            (Method::GET, true) => Some(Kind::Poll),
            (Method::PATCH, true) => Some(Kind::Cancel),
            _ => None,
        }
    }

    fn started(&self, request: &Recorded, _: &str) -> Response<Body> {
        let body = request.json();
        // Airflow 3 requires the key, also if the run has no logical date.
        let has_date = body.get("logical_date").is_some_and(Value::is_null);
        if !has_date || !body["conf"].is_object() {
            return bad_request(request);
        }
        ok(&json!({ "dag_id": "nightly_load", "dag_run_id": body["dag_run_id"], "state": "queued" }))
    }

    fn polled(&self, phase: Phase, reason: &str, _: &[String]) -> Response<Body> {
        let state = match phase {
            Phase::Running => "running",
            Phase::Unknown => "rebooting",
            Phase::Succeeded => "success",
            Phase::Failed | Phase::Canceled => "failed",
        };
        ok(&json!({ "dag_id": "nightly_load", "state": state, "note": reason }))
    }

    fn canceled(&self, request: &Recorded) -> Response<Body> {
        match request.json() == json!({ "state": "failed" }) {
            true => ok(&json!({ "dag_id": "nightly_load", "state": "failed" })),
            false => bad_request(request),
        }
    }
}
