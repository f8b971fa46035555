//! `/admin/profile`

use axum::Json;
use axum::extract::State;

use super::Admin;
use super::answer::{Body, Problem};
use crate::emulator::Profile;

pub(super) async fn get(State(admin): State<Admin>) -> Json<Profile> {
    Json(Profile::clone(&admin.emulator.profile.get()))
}

pub(super) async fn set(
    State(admin): State<Admin>,
    Body(profile): Body<Profile>,
) -> Result<Json<Profile>, Problem> {
    profile.check().map_err(Problem::invalid)?;
    admin.put_in_force(profile.clone());
    Ok(Json(profile))
}

pub(super) async fn reset(State(admin): State<Admin>) -> Json<Profile> {
    admin.put_in_force(Profile::default());
    Json(Profile::default())
}

impl Admin {
    pub(super) fn put_in_force(&self, profile: Profile) {
        self.gateway.runner.set_pick_up(profile.pick_up.0);
        self.emulator.set_profile(profile);
    }
}
