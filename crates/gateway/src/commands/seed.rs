//! `seed`: plays every script job in the past.

use std::time::Duration;

use anyhow::{Result, ensure};
use fastrand::Rng;
use uuid::{Builder, Uuid};

use super::clock;
use crate::clock::Micros;
use crate::config::{Job, Outcome, Script, Work};
use txjobs_store::{Line, PastRun};

const DAY: Micros = 86_400_000_000;
/// The number of runs in memory.
const BATCH_SIZE: usize = 1000;

pub(super) async fn run(arguments: super::Seed) -> Result<()> {
    // Refused while a gateway runs: it would show a history that grows, of jobs that may not be its own.
    let (config, store, lock) = arguments.place.open_exclusive(false).await?;
    ensure!(
        store.count_executions().await? == 0,
        "The database {} has a history already, and none is written over it. Name a new file with --database.",
        arguments.place.database.display()
    );
    store.ensure_organizations(&config.declared()).await?;
    let now = clock().now();
    let start = now - DAY * Micros::from(arguments.days);
    let mut rng = Rng::with_seed(arguments.number);
    let mut plan: Vec<(Micros, &Job, &Script)> = Vec::new();
    for (_, job) in config.jobs() {
        if let Work::Script(script) = &job.work {
            plan.extend(times(&mut rng, script, start, now).map(|time| (time, job, script)));
        }
    }
    // The order of the store is the order of time.
    plan.sort_by_key(|&(time, ..)| time);
    let runs = plan.len();
    let played = plan.into_iter().map(|(time, job, script)| play(&mut rng, job.id, script, time));
    // A run that would still go on belongs to the present.
    let mut past = played.filter(|run| run.ended_at < now);
    let mut tx = store.write().await?;
    loop {
        let batch: Vec<PastRun> = past.by_ref().take(BATCH_SIZE).collect();
        if batch.is_empty() {
            break;
        }
        tx.add_past_runs(&batch).await?;
    }
    tx.commit().await?;
    let kept = store.count_executions().await?;
    store.close().await;
    drop(lock);
    tracing::debug!(runs, kept, "seeded");
    super::note(&format!("{kept} past runs were written."));
    Ok(())
}

/// When a script's runs began: one each period, at a time of its own, a little off each time.
fn times(rng: &mut Rng, script: &Script, start: Micros, end: Micros) -> impl Iterator<Item = Micros> {
    let period = micros(script.every).max(1);
    let first = start + rng.i64(0..period);
    let mut rng = rng.fork();
    (0..).map_while(move |n| {
        let time = first + n * period + rng.i64(0..=period / 50);
        (time < end).then_some(time)
    })
}

fn play(rng: &mut Rng, job: Uuid, script: &Script, created_at: Micros) -> PastRun {
    let outcome = choose(rng, script);
    // Some nights are slow.
    let pace = 0.7 + rng.f64() * rng.f64() * 1.6;
    let mut now = created_at + rng.i64(1_000..20_000);
    let mut lines = Vec::new();
    for step in &outcome.steps {
        for n in 1..=step.repeat {
            let wait = step.after.as_secs_f64() * pace * (0.6 + 0.8 * rng.f64());
            now += micros(Duration::from_secs_f64(wait)) + rng.i64(50..900);
            lines.push(Line { time: now, severity: step.severity, message: step.message(n) });
        }
    }
    // One in five was started from the application, and has the empty guid as the contract says.
    let trigger_id = if rng.u8(0..5) == 0 { Uuid::nil() } else { random_id(rng) };
    let ended_at = now + rng.i64(1_000..9_000);
    PastRun { id: random_id(rng), job, trigger_id, state: outcome.state, created_at, ended_at, lines }
}

fn choose<'a>(rng: &mut Rng, script: &'a Script) -> &'a Outcome {
    let all = || std::iter::once(&script.outcome).chain(&script.history);
    let total: u64 = all().map(|o| u64::from(o.weight)).sum();
    let mut at = rng.u64(0..total.max(1));
    for outcome in all() {
        let weight = u64::from(outcome.weight);
        if at < weight {
            return outcome;
        }
        at -= weight;
    }
    &script.outcome
}

fn random_id(rng: &mut Rng) -> Uuid {
    Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}

fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX / 4)
}
