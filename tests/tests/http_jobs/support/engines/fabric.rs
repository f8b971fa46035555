use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::{Value, json};

use crate::support::engine::{Engine, Kind, Phase, Recorded, empty, ok};

const START: &str = "/v1/workspaces/WORKSPACE/items/ITEM/jobs/Pipeline/instances";
const INSTANCE: &str =
    "/v1/workspaces/WORKSPACE/items/ITEM/jobs/instances/5b218778-e7a5-4d73-8187-f10824047715";

pub struct Fabric;

impl Engine for Fabric {
    fn guide(&self) -> &'static str {
        "fabric"
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://api.fabric.microsoft.com", "https://login.microsoftonline.com"]
    }

    fn has_oauth2(&self) -> bool {
        true
    }

    fn kind(&self, request: &Recorded) -> Option<Kind> {
        if request.is(Method::POST, "/TENANT/oauth2/v2.0/token") {
            Some(Kind::Token)
        } else if request.is(Method::POST, START) {
            Some(Kind::Start)
        } else if request.is(Method::GET, INSTANCE) {
            Some(Kind::Poll)
        } else if request.is(Method::POST, &format!("{INSTANCE}/cancel")) {
            Some(Kind::Cancel)
        } else {
            None
        }
    }

    fn started(&self, _: &Recorded, address: &str) -> Response<Body> {
        // The service requests a minute; here it is a second.
        let response = Response::builder().status(202).header("location", format!("{address}{INSTANCE}"));
        response.header("retry-after", "1").body(Body::empty()).unwrap()
    }

    fn polled(&self, phase: Phase, reason: &str, _: &[String]) -> Response<Body> {
        let status = match phase {
            Phase::Running => "InProgress",
            Phase::Unknown => "Rebooting",
            Phase::Succeeded => "Completed",
            Phase::Failed => "Failed",
            Phase::Canceled => "Cancelled",
        };
        let failure =
            if reason.is_empty() { Value::Null } else { json!({ "errorCode": "X", "message": reason }) };
        ok(&json!({
            "status": status,
            "startTimeUtc": "2026-11-25T10:00:00.123",
            "endTimeUtc": null,
            "failureReason": failure,
        }))
    }

    fn canceled(&self, _: &Recorded) -> Response<Body> {
        empty(202)
    }
}
