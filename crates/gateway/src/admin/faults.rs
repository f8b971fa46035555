//! `/admin/faults`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Admin;
use super::answer::{Body, Number, Problem};
use crate::emulator::{Fault, MOST, Rule};

pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Fault>> {
    Json(admin.emulator.faults.list())
}

pub(super) async fn add(
    State(admin): State<Admin>,
    Body(rule): Body<Rule>,
) -> Result<(StatusCode, Json<Fault>), Problem> {
    rule.check().map_err(Problem::invalid)?;
    let added = admin.emulator.faults.add(rule).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            format!("There are {MOST} rules. Remove some before you add one."),
        )
    })?;
    Ok((StatusCode::CREATED, Json(added)))
}

pub(super) async fn get(State(admin): State<Admin>, Number(id): Number) -> Result<Json<Fault>, Problem> {
    admin.emulator.faults.get(id).map(Json).ok_or_else(no_such_rule)
}

pub(super) async fn remove(State(admin): State<Admin>, Number(id): Number) -> Result<StatusCode, Problem> {
    match admin.emulator.faults.remove(id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_rule()),
    }
}

pub(super) async fn remove_all(State(admin): State<Admin>) -> StatusCode {
    admin.emulator.faults.clear();
    StatusCode::NO_CONTENT
}

fn no_such_rule() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is no rule of this number.")
}
