//! When the past runs of a job start, if no other job decides it.

use fastrand::Rng;
use txjobs_gateway::clock::{Micros, micros};
use txjobs_gateway::config::Job;
use txjobs_sdk::Starter;
use uuid::Uuid;

use super::past_run::{PastStart, random_id};
use crate::script::Script;

/// The longest time from a due time to the start of its run.
const MAX_DELAY: Micros = 1_000_000;

/// Returns the starts of a job's runs within a time: at its due times, or else regularly. A job that only runs after others has none.
pub(super) fn starts(
    rng: &mut Rng,
    job: &Job,
    script: &Script,
    after: Micros,
    until: Micros,
) -> Vec<PastStart> {
    match &job.schedule {
        None => regular_starts(rng, script, after, until),
        Some(schedule) => {
            let due =
                std::iter::successors(schedule.next_due_time(after), |due| schedule.next_due_time(*due));
            let due = due.take_while(|due| *due < until);
            due.map(|due| scheduled_start(due + rng.i64(0..MAX_DELAY), Starter::Schedule, None)).collect()
        }
    }
}

/// Returns a start that no request has caused.
pub(super) fn scheduled_start(time: Micros, starter: Starter, cause: Option<String>) -> PastStart {
    PastStart { time, trigger_id: Uuid::nil(), starter: Some(starter), cause }
}

/// Returns one start in each period, with small random differences.
fn regular_starts(rng: &mut Rng, script: &Script, after: Micros, until: Micros) -> Vec<PastStart> {
    let period = micros(script.every).max(1);
    let first = after + rng.i64(0..period);
    let times = (0..).map(|n| first + n * period);
    let times: Vec<_> = times.take_while(|time| *time < until).collect();
    let start = |time| {
        let time = time + rng.i64(0..=period / 50);
        // One run in five was started from the application, which the contract expresses by the nil id.
        match rng.u8(0..5) {
            0 => PastStart { time, trigger_id: Uuid::nil(), starter: None, cause: None },
            _ => PastStart { time, trigger_id: random_id(rng), starter: Some(Starter::Api), cause: None },
        }
    };
    times.into_iter().map(start).collect()
}
