//! `/admin/faults`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::error::AdminError;
use super::extract::{RuleId, StrictJson};
use super::state::AdminState;
use crate::faults::{ActiveRule, MAX_RULES, Rule};

pub(super) async fn list(State(state): State<AdminState>) -> Json<Vec<ActiveRule>> {
    Json(state.emulator.faults.list())
}

pub(super) async fn add(
    State(state): State<AdminState>,
    StrictJson(rule): StrictJson<Rule>,
) -> Result<(StatusCode, Json<ActiveRule>), AdminError> {
    rule.check().map_err(AdminError::invalid)?;
    let added = state.emulator.faults.add(rule).ok_or_else(|| {
        AdminError::new(
            StatusCode::BAD_REQUEST,
            format!("There are {MAX_RULES} rules already. Remove some before you add one."),
        )
    })?;
    Ok((StatusCode::CREATED, Json(added)))
}

pub(super) async fn get(
    State(state): State<AdminState>,
    RuleId(id): RuleId,
) -> Result<Json<ActiveRule>, AdminError> {
    state.emulator.faults.get(id).map(Json).ok_or_else(unknown_rule)
}

pub(super) async fn remove(
    State(state): State<AdminState>,
    RuleId(id): RuleId,
) -> Result<StatusCode, AdminError> {
    match state.emulator.faults.remove(id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown_rule()),
    }
}

pub(super) async fn remove_all(State(state): State<AdminState>) -> StatusCode {
    state.emulator.faults.clear();
    StatusCode::NO_CONTENT
}

fn unknown_rule() -> AdminError {
    AdminError::new(StatusCode::NOT_FOUND, "There is no rule with this id.")
}
