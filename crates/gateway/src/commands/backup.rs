//! `backup` and `restore`: copies of a SQLite database.

use anyhow::{Result, bail};
use txjobs_store::Database;
use txjobs_store::sqlite::{self, ReplacePolicy};

use crate::args::{BackupArgs, RestoreArgs};
use crate::clock::{Micros, system_time, timestamp};
use crate::output::note;

/// Writes a backup of the database.
///
/// # Errors
///
/// Fails if the database is not a SQLite file, or if the backup exists or cannot be written.
pub async fn back_up(arguments: &BackupArgs) -> Result<()> {
    let BackupArgs { database, file } = arguments;
    let shown = file.display();
    let database = match &database.database {
        Database::Sqlite(path) => path,
        postgres @ Database::Postgres(_) => bail!(
            "{postgres} is a PostgreSQL database. Back it up with its own program, also while gateways use it:\n\
             pg_dump --format=custom --file={shown} URL"
        ),
    };
    let bytes = sqlite::back_up(database, file).await?;
    note(&format!("{} was copied to {shown}: {bytes} bytes.", database.display()));
    Ok(())
}

/// Restores the database from a backup.
///
/// # Errors
///
/// Fails if the database is not a SQLite file, if a gateway uses it, if it may not be replaced, or if the backup is not usable.
pub async fn restore(arguments: &RestoreArgs) -> Result<()> {
    let RestoreArgs { database, file, force } = arguments;
    let shown = file.display();
    let database = match &database.database {
        Database::Sqlite(path) => path,
        postgres @ Database::Postgres(_) => bail!(
            "{postgres} is a PostgreSQL database. Stop its gateways and restore it with its own program:\n\
             pg_restore --clean --if-exists --no-owner --single-transaction --dbname=URL {shown}"
        ),
    };
    let policy = match force {
        true => ReplacePolicy::Keep { suffix: replaced_suffix(system_time()) },
        false => ReplacePolicy::Refuse,
    };
    let restored = sqlite::restore(file, database, policy).await?;
    note(&format!("{} was restored from {shown}.", database.display()));
    if let Some(replaced) = restored.replaced {
        note(&format!("The replaced database is {}.", replaced.display()));
    }
    if restored.pending_runs > 0 {
        note(&format!(
            "Pending runs in the backup, which start with the gateway: {}. They may have run after the backup.",
            restored.pending_runs
        ));
    }
    Ok(())
}

/// Returns the end of the name of a replaced database, for instance `.replaced-20260314T020002Z`.
fn replaced_suffix(now: Micros) -> String {
    let time = timestamp(now.div_euclid(1_000_000) * 1_000_000).to_string();
    format!(".replaced-{}", time.replace(['-', ':'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_a_replaced_database_has_the_time() {
        assert_eq!(replaced_suffix(1_773_453_602_117_000), ".replaced-20260314T020002Z");
    }
}
