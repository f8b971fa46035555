//! Tests of schedules with several schedulers on one database and a clock that the tests set.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]
#![cfg(unix)]

mod after;
mod changes;
mod kills;
mod list_jobs;
mod local_clock;
mod missed;
mod simulation;
mod task;
mod test_clock;
mod year;
