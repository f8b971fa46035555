//! `GET /public/jobs`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use txjobs_store::Scope;

use super::auth::Caller;
use super::error::ApiError;
use super::state::AppState;

pub(super) async fn handle(
    caller: Caller,
    headers: HeaderMap,
    State(state): State<AppState>,
) -> Result<Response, ApiError> {
    caller.require_scope(Scope::Read)?;
    let jobs = state.lists.jobs(caller.organization, caller.catalog_version).await?;
    Ok(jobs.respond(&headers).await)
}
