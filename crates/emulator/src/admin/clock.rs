//! `/admin/clock`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use txjobs_gateway::clock::{Micros, from_timestamp, timestamp};
use txjobs_sdk::Timestamp;

use super::error::AdminError;
use super::extract::StrictJson;
use super::state::AdminState;
use crate::clock::{AdjustableClock, ClockState};
use crate::span::Span;
use crate::validation::not_null;

const MAX_SPEED: f64 = 100_000.0;
/// The first moment of 1970 in any time zone. Most HTTP implementations cannot write an earlier date.
const MIN_TIME: Micros = -86_400_000_000;

/// The state of the clock.
#[derive(Debug, Serialize)]
pub(super) struct ClockBody {
    time: Timestamp,
    speed: f64,
    adjusted: bool,
}

/// An adjustment of the clock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Adjustment {
    #[serde(default, deserialize_with = "not_null")]
    time: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    speed: Option<f64>,
}

/// A duration to advance the clock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    by: Span,
}

pub(super) async fn get(State(state): State<AdminState>) -> Json<ClockBody> {
    clock_body(&state.emulator.clock)
}

pub(super) async fn set(
    State(state): State<AdminState>,
    StrictJson(adjustment): StrictJson<Adjustment>,
) -> Result<Json<ClockBody>, AdminError> {
    let time = adjustment.time.map(|text| {
        let time = text.parse::<Timestamp>().ok().filter(|time| time.has_zone());
        let time = time.ok_or_else(|| {
            AdminError::invalid("time must be a time with its zone, like 2026-03-14T02:00:00Z")
        })?;
        let micros = from_timestamp(&time);
        match micros >= MIN_TIME {
            true => Ok(micros),
            false => Err(AdminError::invalid(
                "time must be in the year 1970 or later, because most clients cannot read earlier HTTP dates",
            )),
        }
    });
    let time = time.transpose()?;
    if adjustment.speed.is_some_and(|speed| !(0.0..=MAX_SPEED).contains(&speed)) {
        return Err(AdminError::invalid("speed must be from 0 to 100000"));
    }
    state.emulator.clock.set(time, adjustment.speed);
    Ok(clock_body(&state.emulator.clock))
}

pub(super) async fn advance(
    State(state): State<AdminState>,
    StrictJson(Advance { by }): StrictJson<Advance>,
) -> Json<ClockBody> {
    state.emulator.clock.advance(by.0);
    clock_body(&state.emulator.clock)
}

pub(super) async fn reset(State(state): State<AdminState>) -> Json<ClockBody> {
    state.emulator.clock.reset();
    clock_body(&state.emulator.clock)
}

fn clock_body(clock: &AdjustableClock) -> Json<ClockBody> {
    let ClockState { time, speed, is_adjusted } = clock.state();
    Json(ClockBody { time: timestamp(time), speed, adjusted: is_adjusted })
}
