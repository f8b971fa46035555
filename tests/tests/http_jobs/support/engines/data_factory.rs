use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::json;

use crate::support::engine::{Engine, Kind, Phase, Recorded, bad_request, empty, ok};

const FACTORY: &str = "/subscriptions/SUBSCRIPTION/resourceGroups/RESOURCE_GROUP/providers/Microsoft.DataFactory/factories/FACTORY";
const RUN_ID: &str = "9f1c7c0e-2f0b-4a55-8d4e-0b5c8f3d2a11";

pub struct DataFactory;

impl Engine for DataFactory {
    fn guide(&self) -> &'static str {
        "data-factory"
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://management.azure.com", "https://login.microsoftonline.com"]
    }

    fn has_oauth2(&self) -> bool {
        true
    }

    fn kind(&self, request: &Recorded) -> Option<Kind> {
        let version = "?api-version=2018-06-01";
        let run = format!("{FACTORY}/pipelineruns/{RUN_ID}");
        if request.is(Method::POST, "/TENANT/oauth2/v2.0/token") {
            Some(Kind::Token)
        } else if request.is(Method::POST, &format!("{FACTORY}/pipelines/PIPELINE/createRun{version}")) {
            Some(Kind::Start)
        } else if request.is(Method::GET, &format!("{run}{version}")) {
            Some(Kind::Poll)
        } else if request.is(Method::POST, &format!("{run}/cancel{version}")) {
            Some(Kind::Cancel)
        } else {
            None
        }
    }

    fn started(&self, request: &Recorded, _: &str) -> Response<Body> {
        match request.json().is_object() {
            true => ok(&json!({ "runId": RUN_ID })),
            false => bad_request(request),
        }
    }

    fn polled(&self, phase: Phase, reason: &str, _: &[String]) -> Response<Body> {
        let status = match phase {
            Phase::Running => "InProgress",
            Phase::Unknown => "Rebooting",
            Phase::Succeeded => "Succeeded",
            Phase::Failed => "Failed",
            Phase::Canceled => "Cancelled",
        };
        ok(&json!({ "runId": RUN_ID, "pipelineName": "PIPELINE", "status": status, "message": reason }))
    }

    fn canceled(&self, _: &Recorded) -> Response<Body> {
        empty(200)
    }
}
