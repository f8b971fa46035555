//! A run with random lines.

use std::time::Duration;

use fastrand::Rng;
use txjobs_gateway::clock::{Micros, micros};
use txjobs_sdk::{Severity, Starter};
use txjobs_store::Line;
use txjobs_store::sqlite::PastRun;
use uuid::{Builder, Uuid};

use crate::script::{Outcome, Script};

/// What started a run.
#[derive(Clone, Debug)]
pub(super) struct PastStart {
    pub time: Micros,
    pub trigger_id: Uuid,
    pub starter: Option<Starter>,
    /// The first line.
    pub cause: Option<String>,
}

/// Returns a run of a script.
pub(super) fn past_run(rng: &mut Rng, job: Uuid, script: &Script, start: PastStart) -> PastRun {
    let outcome = select_outcome(rng, script);
    // Some runs are slow.
    let slowness = 0.7 + rng.f64() * rng.f64() * 1.6;
    let created_at = start.time;
    let mut now = created_at + rng.i64(1_000..20_000);
    let cause = start.cause.map(|message| Line { time: now, severity: Severity::Information, message });
    let mut lines = Vec::from_iter(cause);
    for step in &outcome.steps {
        for n in 1..=step.repeat {
            let wait = step.after.as_secs_f64() * slowness * (0.6 + 0.8 * rng.f64());
            now += micros(Duration::from_secs_f64(wait)) + rng.i64(50..900);
            lines.push(Line { time: now, severity: step.severity, message: step.message(n) });
        }
    }
    let ended_at = now + rng.i64(1_000..9_000);
    let PastStart { trigger_id, starter, .. } = start;
    PastRun {
        id: random_id(rng),
        job,
        trigger_id,
        starter,
        state: outcome.state,
        created_at,
        ended_at,
        lines,
    }
}

fn select_outcome<'a>(rng: &mut Rng, script: &'a Script) -> &'a Outcome {
    let outcomes = || std::iter::once(&script.outcome).chain(&script.history);
    let total: u64 = outcomes().map(|outcome| u64::from(outcome.weight)).sum();
    let mut position = rng.u64(0..total.max(1));
    for outcome in outcomes() {
        let weight = u64::from(outcome.weight);
        if position < weight {
            return outcome;
        }
        position -= weight;
    }
    &script.outcome
}

/// Returns an id of version 4.
pub(super) fn random_id(rng: &mut Rng) -> Uuid {
    Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}
