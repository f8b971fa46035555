use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::json;

use crate::support::engine::{Engine, Kind, Phase, Recorded, bad_request, ok};

const REPOSITORY: &str = "/repos/OWNER/REPOSITORY/actions";
const RUN_ID: u64 = 30_433_642;

pub struct GitHub;

impl Engine for GitHub {
    fn guide(&self) -> &'static str {
        "github-actions"
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://api.github.com"]
    }

    fn kind(&self, request: &Recorded) -> Option<Kind> {
        // GitHub refuses requests without this header.
        if request.header("user-agent").is_empty() {
            return None;
        }
        if request.is(Method::POST, &format!("{REPOSITORY}/workflows/load.yml/dispatches")) {
            Some(Kind::Start)
        } else if request.is(Method::GET, &format!("{REPOSITORY}/runs/{RUN_ID}")) {
            Some(Kind::Poll)
        } else if request.is(Method::POST, &format!("{REPOSITORY}/runs/{RUN_ID}/cancel")) {
            Some(Kind::Cancel)
        } else {
            None
        }
    }

    fn started(&self, request: &Recorded, _: &str) -> Response<Body> {
        if request.header("accept") != "application/vnd.github+json"
            || request.json()["return_run_details"] != true
        {
            return bad_request(request);
        }
        ok(&json!({
            "workflow_run_id": RUN_ID,
            "run_url": format!("https://api.github.com{REPOSITORY}/runs/{RUN_ID}"),
            "html_url": format!("https://github.com/OWNER/REPOSITORY/actions/runs/{RUN_ID}"),
        }))
    }

    fn polled(&self, phase: Phase, _: &str, _: &[String]) -> Response<Body> {
        let (status, conclusion) = match phase {
            Phase::Running => ("in_progress", None),
            Phase::Unknown => ("rebooting", None),
            Phase::Succeeded => ("completed", Some("success")),
            Phase::Failed => ("completed", Some("failure")),
            Phase::Canceled => ("completed", Some("cancelled")),
        };
        ok(&json!({ "id": RUN_ID, "status": status, "conclusion": conclusion }))
    }

    fn canceled(&self, _: &Recorded) -> Response<Body> {
        txjobs_test_support::json_response(202, "{}")
    }
}
