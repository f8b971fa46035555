//! `/admin/behavior`

use axum::Json;
use axum::extract::State;

use super::error::AdminError;
use super::extract::StrictJson;
use super::state::AdminState;
use crate::behavior::Behavior;

pub(super) async fn get(State(state): State<AdminState>) -> Json<Behavior> {
    Json(Behavior::clone(&state.emulator.behavior.get()))
}

pub(super) async fn set(
    State(state): State<AdminState>,
    StrictJson(behavior): StrictJson<Behavior>,
) -> Result<Json<Behavior>, AdminError> {
    behavior.check().map_err(AdminError::invalid)?;
    state.set_behavior(behavior.clone());
    Ok(Json(behavior))
}

pub(super) async fn reset(State(state): State<AdminState>) -> Json<Behavior> {
    state.set_behavior(Behavior::default());
    Json(Behavior::default())
}
