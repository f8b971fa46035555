//! `GET /public/jobs`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use txjobs_sdk::types::{Job, JobId};

use super::{Caller, Gateway, Refusal, validator};

pub async fn answer(
    caller: Caller,
    headers: HeaderMap,
    State(gateway): State<Gateway>,
) -> Result<Response, Refusal> {
    let jobs = gateway.store.jobs(caller.organisation).await?;
    let jobs: Vec<_> = jobs.into_iter().map(|(id, name)| Job { id: JobId(id), name }).collect();
    Ok(validator::json(&gateway.key_header, &headers, &jobs))
}
