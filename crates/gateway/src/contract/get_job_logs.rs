//! `GET /public/jobs/{job_id}/logs`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use txjobs_sdk::types::LogsSelection;

use super::parameters::{JobPath, Parameters};
use super::{Caller, Gateway, Refusal, executions};
use txjobs_store::Selection;

const LIMITS: std::ops::RangeInclusive<u32> = 1..=100_000;

pub async fn answer(
    caller: Caller,
    JobPath(job): JobPath,
    parameters: Parameters,
    headers: HeaderMap,
    State(gateway): State<Gateway>,
) -> Result<Response, Refusal> {
    let limit = parameters.one("limit", "a whole number from 1 to 100000", limit)?;
    let logs = parameters.one("logs", "all or none", |text| text.parse::<LogsSelection>().ok())?;
    gateway.require_job(caller, job).await?;
    let with_lines = logs != Some(LogsSelection::None);
    let found = gateway.store.executions(job, Selection::Newest { limit, with_lines }).await?;
    executions::answer(&gateway, &headers, found).await
}

// Rust would also read "+1".
fn limit(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| digits && LIMITS.contains(n))
}
