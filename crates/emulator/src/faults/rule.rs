//! The rules that cause faults.

use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use txjobs_gateway::api::parse_id;
use txjobs_sdk::paths;
use uuid::Uuid;

use crate::error_body::{ErrorBody, has_no_body};
use crate::operation::{Operation, OperationCall};
use crate::retry_after::RetryAfterForm;
use crate::span::Span;
use crate::validation::{ensure_within, not_null};

/// The largest number of requests that a rule can skip or affect.
const MAX_COUNT: u32 = 1_000_000;

/// A fault rule: which requests it affects, how often, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Affects only requests of this operation.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub(super) operation: Option<Operation>,
    /// Affects only requests of this job.
    #[serde(default, deserialize_with = "deserialize_job_id", skip_serializing_if = "Option::is_none")]
    pub(super) job: Option<Uuid>,
    /// The number of matching requests that it skips first.
    #[serde(default)]
    pub(super) skip: u32,
    /// The number of requests that it affects.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u32>,
    /// The probability that it affects a matching request.
    #[serde(default = "certain")]
    pub(super) probability: f64,
    pub(super) effect: Effect,
}

/// What a rule does with a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Effect {
    /// Responds with a status, and does nothing else.
    Status {
        /// The status.
        status: u16,
        /// The kind of its body. The default is that of the behavior.
        #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
        body: Option<ErrorBody>,
        /// The header `Retry-After`.
        #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
    },
    /// Delays the response.
    Delay {
        /// The delay after the arrival of the request.
        delay: Span,
    },
    /// Sends the body slowly.
    Drip {
        /// The speed.
        bytes_per_second: u32,
    },
    /// Ends the connection in the middle of the body.
    CutOff {
        /// The number of bytes that are sent.
        after: u32,
    },
    /// Ends the body early, with a `Content-Length` that matches.
    Truncate {
        /// The number of bytes that are sent.
        after: u32,
    },
    /// Resets the connection.
    Reset {},
    /// Redirects to another address.
    Redirect {
        /// The status.
        #[serde(default = "temporary_redirect")]
        status: u16,
        /// The address.
        location: String,
    },
    /// Handles the request, and responds like a proxy that did not get the response.
    LoseResponse {
        /// The kind of the proxy's body. The default is that of the behavior.
        #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
        body: Option<ErrorBody>,
    },
    /// Accepts an execute request whose run never exists.
    LoseRun {
        /// The time that the job is shown as pending.
        #[serde(default)]
        pending: Span,
    },
}

/// The header `Retry-After`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryAfter {
    pub(super) seconds: u32,
    #[serde(default)]
    pub(super) form: RetryAfterForm,
}

/// Deserializes an id in the contract's form.
fn deserialize_job_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let id = parse_id(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is not an id of a job")))?;
    Ok(Some(id))
}

fn certain() -> f64 {
    1.0
}

fn temporary_redirect() -> u16 {
    307
}

impl Rule {
    /// Checks the values of the rule.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the invalid property.
    pub fn check(&self) -> Result<(), String> {
        ensure_within("skip", self.skip <= MAX_COUNT, "from 0 to 1000000")?;
        ensure_within("count", self.count.is_none_or(|n| (1..=MAX_COUNT).contains(&n)), "from 1 to 1000000")?;
        ensure_within("probability", (0.0..=1.0).contains(&self.probability), "from 0 to 1")?;
        match &self.effect {
            Effect::Status { status, retry_after, body } => {
                ensure_within("status", (200..=599).contains(status), "from 200 to 599")?;
                let has_body = body.is_some_and(|body| body != ErrorBody::Empty);
                let allows_no_body = StatusCode::from_u16(*status).is_ok_and(has_no_body);
                ensure_within(
                    "body",
                    !(has_body && allows_no_body),
                    "left out: a status of 204, 205 or 304 has no body",
                )?;
                let wait = retry_after.is_none_or(|wait| wait.seconds <= 86_400);
                ensure_within("seconds", wait, "from 0 to 86400")
            }
            Effect::Drip { bytes_per_second } => ensure_within(
                "bytesPerSecond",
                (1..=100_000_000).contains(bytes_per_second),
                "from 1 to 100000000",
            ),
            Effect::CutOff { after } | Effect::Truncate { after } => {
                ensure_within("after", *after <= 1_000_000_000, "from 0 to 1000000000")
            }
            Effect::Redirect { status, location } => {
                ensure_within(
                    "status",
                    [301, 302, 303, 307, 308].contains(status),
                    "301, 302, 303, 307 or 308",
                )?;
                let is_visible = location.bytes().all(|byte| byte.is_ascii_graphic());
                ensure_within(
                    "location",
                    is_visible && (1..=2000).contains(&location.len()),
                    "a path or an address",
                )
            }
            Effect::LoseRun { .. } => {
                let is_execute = self.operation.is_none_or(|operation| operation.is(&paths::EXECUTE_JOB));
                ensure_within("operation", is_execute, "execute_job, or left out: nothing else starts a run")
            }
            Effect::Delay { .. } | Effect::Reset {} | Effect::LoseResponse { .. } => Ok(()),
        }
    }

    /// Returns whether the rule can affect a request.
    pub(super) fn matches(&self, call: &OperationCall) -> bool {
        self.operation.is_none_or(|operation| operation == call.operation)
            && self.job.is_none_or(|job| call.job == Some(job))
            && (call.operation.is(&paths::EXECUTE_JOB) || !matches!(self.effect, Effect::LoseRun { .. }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(value: serde_json::Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn invalid_rule_is_refused() {
        for (effect, name) in [
            (json!({ "kind": "status", "status": 199 }), "status"),
            (json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 86_401 } }), "seconds"),
            (json!({ "kind": "drip", "bytesPerSecond": 0 }), "bytesPerSecond"),
            (json!({ "kind": "redirect", "location": "/\n" }), "location"),
            (json!({ "kind": "redirect", "location": "/", "status": 304 }), "status"),
            (json!({ "kind": "redirect", "location": "/\r\nset-cookie: a=b" }), "location"),
            (json!({ "kind": "status", "status": 1000 }), "status"),
            (json!({ "kind": "status", "status": 0 }), "status"),
            (json!({ "kind": "status", "status": 100 }), "status"),
            (json!({ "kind": "status", "status": 204, "body": "message" }), "body"),
            (json!({ "kind": "status", "status": 205, "body": "plain" }), "body"),
            (json!({ "kind": "status", "status": 304, "body": "html" }), "body"),
            (json!({ "kind": "cutOff", "after": 1_000_000_001 }), "after"),
        ] {
            let problem = rule(json!({ "effect": effect })).check().unwrap_err();
            assert!(problem.starts_with(name), "{problem}");
        }
        assert!(
            rule(json!({ "effect": { "kind": "status", "status": 204, "body": "empty" } })).check().is_ok()
        );
        assert!(rule(json!({ "count": 0, "effect": { "kind": "reset" } })).check().is_err());
        let lost = rule(json!({ "operation": "list_jobs", "effect": { "kind": "loseRun" } }));
        assert!(lost.check().unwrap_err().starts_with("operation"));
        for wrong in [
            json!({}),
            json!({ "effect": { "kind": "reset", "after": 1 } }),
            json!({ "effect": { "kind": "explode" } }),
            json!({ "operation": "delete_job", "effect": { "kind": "reset" } }),
            json!({ "operation": null, "effect": { "kind": "reset" } }),
            json!({ "job": "{11111111-1111-4111-8111-111111111111}", "effect": { "kind": "reset" } }),
            json!({ "job": "11111111111141118111111111111111", "effect": { "kind": "reset" } }),
            json!({ "effect": { "kind": "delay", "delay": "1000d" } }),
            json!({ "effect": { "kind": "delay", "delay": "-1s" } }),
        ] {
            assert!(serde_json::from_value::<Rule>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
