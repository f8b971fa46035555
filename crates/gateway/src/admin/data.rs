//! `/admin/reset` and `/admin/seed`

use axum::extract::State;
use axum::http::StatusCode;

use super::Admin;
use super::answer::Problem;

pub(super) async fn reset(State(_admin): State<Admin>) -> Result<StatusCode, Problem> {
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn seed(State(_admin): State<Admin>) -> Result<StatusCode, Problem> {
    Ok(StatusCode::CREATED)
}
