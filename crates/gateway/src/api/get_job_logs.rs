//! `GET /public/jobs/{job_id}/logs`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use txjobs_sdk::types::LogsSelection;
use txjobs_store::{Scope, Selection};

use super::auth::Caller;
use super::error::ApiError;
use super::executions;
use super::parameters::{JobPath, Parameters};
use super::state::AppState;

const LIMITS: std::ops::RangeInclusive<u32> = 1..=100_000;

pub(super) async fn handle(
    caller: Caller,
    JobPath(job): JobPath,
    parameters: Parameters,
    headers: HeaderMap,
    State(state): State<AppState>,
) -> Result<Response, ApiError> {
    caller.require_scope(Scope::Read)?;
    let limit = parameters.get("limit", "a whole number from 1 to 100000", parse_limit)?;
    let logs = parameters.get("logs", "all or none", |text| text.parse::<LogsSelection>().ok())?;
    caller.require_job(&state, job).await?;
    let with_lines = logs != Some(LogsSelection::None);
    executions::respond(&state, &headers, job, Selection::Newest { limit, with_lines }).await
}

/// Parses digits only; Rust itself would also accept "+1".
fn parse_limit(text: &str) -> Option<u32> {
    let is_digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| is_digits && LIMITS.contains(n))
}
