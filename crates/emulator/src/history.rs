//! `seed`: writes past runs of every script job.

use std::any::Any;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Args;
use fastrand::Rng;
use txjobs_gateway::args::DatabaseArgs;
use txjobs_gateway::clock::{Micros, micros, system_time};
use txjobs_gateway::config::{self, Job};
use txjobs_gateway::output::note;
use txjobs_store::sqlite::PastRun;
use txjobs_store::{Database, Line, SqliteStore, Store};
use uuid::{Builder, Uuid};

use crate::past::count_executions;
use crate::script::{EmulatorJob, Outcome, Script};

const DAY: Micros = 86_400_000_000;
/// The most runs in memory.
const BATCH_SIZE: usize = 1000;

/// The arguments of `seed`.
#[derive(Clone, Debug, Args)]
pub struct SeedArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The length of the history in days
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    days: u16,
    /// The seed of the random numbers: the same number generates the same history
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    number: u64,
}

/// Writes the past runs.
///
/// # Errors
///
/// Fails if the database is in use or has a history already.
pub async fn run(arguments: SeedArgs) -> Result<()> {
    let config = config::load::<EmulatorJob>(&arguments.database.config.config)?;
    let database = sqlite_file(&arguments.database.store.database)?;
    // A server that uses the database would show a growing history of jobs that may not be its own.
    let store = SqliteStore::open_exclusive(database).await?;
    ensure!(
        count_executions(&store).await? == 0,
        "The database {} has a history already, which is not overwritten. Name a new file with --database.",
        database.display()
    );
    store.ensure_organizations(&config.declared()).await?;
    let now = system_time();
    let start = now - DAY * Micros::from(arguments.days);
    let mut rng = Rng::with_seed(arguments.number);
    let mut starts: Vec<(Micros, &Job, &Script)> = Vec::new();
    for (_, job) in config.jobs() {
        if let Some(script) = (&*job.work as &dyn Any).downcast_ref::<Script>() {
            starts.extend(start_times(&mut rng, script, start, now).map(|time| (time, job, script)));
        }
    }
    // The store keeps executions in the order of their start.
    starts.sort_by_key(|&(time, ..)| time);
    let runs = starts.into_iter().map(|(time, job, script)| past_run(&mut rng, job.id, script, time));
    // A run that would end in the future is not a past run.
    let mut past_runs = runs.filter(|run| run.ended_at < now);
    let mut tx = store.write().await?;
    loop {
        let batch: Vec<PastRun> = past_runs.by_ref().take(BATCH_SIZE).collect();
        if batch.is_empty() {
            break;
        }
        tx.add_past_runs(&batch).await?;
    }
    tx.commit().await?;
    let count = count_executions(&store).await?;
    store.close().await;
    note(&format!("{count} past runs were written."));
    Ok(())
}

/// Returns the path of a SQLite database, the only one that the emulator writes.
///
/// # Errors
///
/// Fails if it is another database.
pub fn sqlite_file(database: &Database) -> Result<&Path> {
    match database {
        Database::Sqlite(path) => Ok(path),
        Database::Postgres(_) => {
            bail!("The emulator keeps its data in a SQLite file. Name one with --database.")
        }
    }
}

/// Returns the start times of a script's runs: one in each period, with small random differences.
fn start_times(rng: &mut Rng, script: &Script, start: Micros, end: Micros) -> impl Iterator<Item = Micros> {
    let period = micros(script.every).max(1);
    let first = start + rng.i64(0..period);
    let mut rng = rng.fork();
    (0..).map_while(move |n| {
        let time = first + n * period + rng.i64(0..=period / 50);
        (time < end).then_some(time)
    })
}

fn past_run(rng: &mut Rng, job: Uuid, script: &Script, created_at: Micros) -> PastRun {
    let outcome = select_outcome(rng, script);
    // Some runs are slow.
    let slowness = 0.7 + rng.f64() * rng.f64() * 1.6;
    let mut now = created_at + rng.i64(1_000..20_000);
    let mut lines = Vec::new();
    for step in &outcome.steps {
        for n in 1..=step.repeat {
            let wait = step.after.as_secs_f64() * slowness * (0.6 + 0.8 * rng.f64());
            now += micros(Duration::from_secs_f64(wait)) + rng.i64(50..900);
            lines.push(Line { time: now, severity: step.severity, message: step.message(n) });
        }
    }
    // One run in five was started from the application, which the contract expresses by the nil id.
    let trigger_id = if rng.u8(0..5) == 0 { Uuid::nil() } else { random_id(rng) };
    let ended_at = now + rng.i64(1_000..9_000);
    PastRun { id: random_id(rng), job, trigger_id, state: outcome.state, created_at, ended_at, lines }
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

fn random_id(rng: &mut Rng) -> Uuid {
    Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}
