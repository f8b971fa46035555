//! `seed`: writes past runs of every script job.

mod past_run;
mod past_runs;
mod starts;

use std::path::Path;

use anyhow::{Result, bail, ensure};
use clap::Args;
use txjobs_gateway::args::DatabaseArgs;
use txjobs_gateway::clock::{Micros, system_time};
use txjobs_gateway::config;
use txjobs_gateway::output::note;
use txjobs_store::sqlite::PastRun;
use txjobs_store::{Database, SqliteStore, Store};

use self::past_runs::PastRuns;
use crate::past::count_executions;
use crate::script::EmulatorJob;

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
    let mut past_runs = PastRuns::new(&config, arguments.number, start, now);
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
