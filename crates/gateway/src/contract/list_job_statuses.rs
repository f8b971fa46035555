//! `GET /public/jobs/status`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{Caller, Gateway, Refusal};

pub async fn answer(
    caller: Caller,
    headers: HeaderMap,
    State(gateway): State<Gateway>,
) -> Result<Response, Refusal> {
    let statuses = gateway.lists.statuses(&gateway.store, &gateway.key_header, caller).await?;
    Ok(gateway.answer_with(&statuses, &headers).await)
}
