//! `GET /public/jobs/status`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{Caller, Gateway, Refusal, get_job_status, validator};

pub async fn answer(
    caller: Caller,
    headers: HeaderMap,
    State(gateway): State<Gateway>,
) -> Result<Response, Refusal> {
    let statuses = gateway.store.statuses(caller.organisation).await?;
    let statuses: Vec<_> =
        statuses.into_iter().map(|(job, status)| get_job_status::body(job, status)).collect();
    Ok(validator::json(&gateway.key_header, &headers, &statuses))
}
