//! `/admin/clock`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use txjobs_sdk::Timestamp;

use super::Admin;
use super::answer::{Body, Problem};
use crate::clock::{Clock, Micros, from_timestamp, timestamp};
use crate::emulator::{Span, some};

const FASTEST: f64 = 100_000.0;
/// The first moment of 1970 in any time zone. Most HTTP implementations cannot write an earlier date.
const FIRST_TIME: Micros = -86_400_000_000;

/// The clock as it is.
#[derive(Debug, Serialize)]
pub struct Shown {
    time: Timestamp,
    speed: f64,
    adjusted: bool,
}

/// How it is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    #[serde(default, deserialize_with = "some")]
    time: Option<String>,
    #[serde(default, deserialize_with = "some")]
    speed: Option<f64>,
}

/// How far to wind it forward.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    by: Span,
}

pub(super) async fn read(State(admin): State<Admin>) -> Json<Shown> {
    show(&admin.emulator.clock)
}

pub(super) async fn set(
    State(admin): State<Admin>,
    Body(setting): Body<Setting>,
) -> Result<Json<Shown>, Problem> {
    let time = setting.time.map(|text| {
        let time = text.parse::<Timestamp>().ok().filter(|time| time.has_zone());
        let time = time.ok_or_else(|| {
            Problem::invalid("time must be a time with its zone, like 2026-03-14T02:00:00Z")
        })?;
        let micros = from_timestamp(&time);
        match micros >= FIRST_TIME {
            true => Ok(micros),
            false => Err(Problem::invalid(
                "time must be in the year 1970 or later, because most clients cannot read earlier HTTP dates",
            )),
        }
    });
    let time = time.transpose()?;
    if setting.speed.is_some_and(|speed| !(0.0..=FASTEST).contains(&speed)) {
        return Err(Problem::invalid("speed must be from 0 to 100000"));
    }
    admin.emulator.clock.set(time, setting.speed);
    Ok(show(&admin.emulator.clock))
}

pub(super) async fn advance(State(admin): State<Admin>, Body(Advance { by }): Body<Advance>) -> Json<Shown> {
    admin.emulator.clock.advance(by.0);
    show(&admin.emulator.clock)
}

pub(super) async fn reset(State(admin): State<Admin>) -> Json<Shown> {
    admin.emulator.clock.reset();
    show(&admin.emulator.clock)
}

fn show(clock: &Clock) -> Json<Shown> {
    let reading = clock.read();
    Json(Shown { time: timestamp(reading.time), speed: reading.speed, adjusted: reading.is_adjusted })
}
