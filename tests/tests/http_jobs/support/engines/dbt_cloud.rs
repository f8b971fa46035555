use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::json;

use crate::support::engine::{Engine, Kind, Phase, Recorded, bad_request, ok};

const ACCOUNT: &str = "/api/v2/accounts/1234";
const RUN_ID: u64 = 70_403_103;

pub struct DbtCloud;

impl Engine for DbtCloud {
    fn guide(&self) -> &'static str {
        "dbt-cloud"
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://cloud.getdbt.com"]
    }

    fn token<'a>(&self, request: &'a Recorded) -> &'a str {
        request.header("authorization").strip_prefix("Token ").unwrap_or_default()
    }

    fn kind(&self, request: &Recorded) -> Option<Kind> {
        let run = format!("{ACCOUNT}/runs/{RUN_ID}/");
        if request.is(Method::POST, &format!("{ACCOUNT}/jobs/5678/run/")) {
            Some(Kind::Start)
        } else if request.is(Method::GET, &run) {
            Some(Kind::Poll)
        } else if request.is(Method::GET, &format!("{run}?include_related=%5B%22run_steps%22%5D")) {
            Some(Kind::Log)
        } else if request.is(Method::POST, &format!("{run}cancel/")) {
            Some(Kind::Cancel)
        } else {
            None
        }
    }

    fn started(&self, request: &Recorded, _: &str) -> Response<Body> {
        match request.json()["cause"].as_str() {
            Some(cause) if !cause.is_empty() => ok(&json!({
                "status": { "code": 200 },
                "data": { "id": RUN_ID, "status": 1, "href": format!("https://cloud.getdbt.com/deploy/1234/runs/{RUN_ID}/") },
            })),
            _ => bad_request(request),
        }
    }

    fn polled(&self, phase: Phase, reason: &str, _: &[String]) -> Response<Body> {
        let status = match phase {
            Phase::Running => 3,
            Phase::Unknown => 7,
            Phase::Succeeded => 10,
            Phase::Failed => 20,
            Phase::Canceled => 30,
        };
        ok(&json!({ "data": { "id": RUN_ID, "status": status, "status_message": reason } }))
    }

    fn canceled(&self, _: &Recorded) -> Response<Body> {
        ok(&json!({ "data": { "id": RUN_ID, "status": 3 } }))
    }

    /// The first step is complete, and the second one grows.
    fn log(&self, lines: &[String]) -> Response<Body> {
        let (first, rest) = lines.split_at(lines.len().min(1));
        let steps = [first, rest]
            .map(|lines| json!({ "logs": lines.iter().map(|line| format!("{line}\n")).collect::<String>() }));
        ok(&json!({ "data": { "id": RUN_ID, "run_steps": steps } }))
    }

    fn has_log(&self) -> bool {
        true
    }
}
