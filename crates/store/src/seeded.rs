//! Made-up organizations: written in pieces, seen when they are whole.

use sqlx::{QueryBuilder, Sqlite};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::keys::KeyHash;
use crate::keys::{self, NewKey};
use crate::time::Micros;
use crate::{Line, OrganizationId, PastRun, Result, Store, WriteTransaction, lines};

// Rows of one statement. Large enough that a statement costs little a row, and below SQLite's limit of 32,766 values.
const ROWS: usize = 1000;
// Runs and lines that are taken away in one transaction, so that others can write in between.
const RUNS: i64 = 5_000;
const LINES: u32 = 50_000;

/// A made-up job on its way to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeededJob {
    /// Its id.
    pub id: Uuid,
    /// For people. Any text.
    pub name: String,
    /// What plays its runs.
    pub seed: i64,
}

/// What the store knows of a made-up job that is to run.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SeededWork {
    /// The name of the profile that made up its organization.
    pub profile: String,
    /// What plays its runs.
    pub seed: i64,
    /// For people.
    pub name: String,
}

/// A part of a made-up organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Further lines of the last run of the piece before.
    pub more: Vec<Line>,
    /// Jobs, in the order of the list.
    pub jobs: Vec<SeededJob>,
    /// Past runs of jobs of this piece or of one before; those of a job oldest first.
    pub runs: Vec<PastRun>,
}

/// The writing of a made-up organization, which nobody sees before [`Seeding::finish`]. There is one at a time.
///
/// What is dropped half-way stays invisible, until an organization of the same name is made up or the store is reset.
#[derive(Debug)]
pub struct Seeding {
    store: Store,
    organization: OrganizationId,
    jobs: i64,
    /// The last run's number and how many lines it has.
    last: (i64, i64),
    _turn: OwnedMutexGuard<()>,
}

impl Store {
    /// Begins an organization of this name; `None` if there is one, declared, made up or with a history.
    ///
    /// What a killed gateway left of one that it made up is taken away first.
    pub async fn begin_seeding(&self, name: &str, profile: &str) -> Result<Option<Seeding>> {
        let turn = self.seeding.clone().lock_owned().await;
        let remains: Option<OrganizationId> = sqlx::query_scalar(
            "SELECT id FROM organizations WHERE name = ? AND seeded IS NOT NULL AND declared = 0",
        )
        .bind(name)
        .fetch_optional(&self.readers)
        .await?;
        if let Some(remains) = remains {
            self.clear(remains).await?;
        }
        let mut tx = self.write().await?;
        let organization = sqlx::query_scalar(
            "INSERT INTO organizations (name, declared, seeded) VALUES (?, 0, ?)
             ON CONFLICT (name) DO NOTHING RETURNING id",
        )
        .bind(name)
        .bind(profile)
        .fetch_optional(&mut tx)
        .await?;
        tx.commit().await?;
        let seeding =
            |organization| Seeding { store: self.clone(), organization, jobs: 0, last: (0, 0), _turn: turn };
        Ok(organization.map(seeding))
    }

    /// What a job runs, if it is a made-up one.
    pub async fn seeded_work(&self, job: Uuid) -> Result<Option<SeededWork>> {
        sqlx::query_as(
            "SELECT o.seeded AS profile, j.seed, j.name FROM jobs j JOIN organizations o ON o.id = j.organization
             WHERE j.id = ? AND j.seed IS NOT NULL AND o.seeded IS NOT NULL",
        )
        .bind(job)
        .fetch_optional(&self.readers)
        .await
    }

    /// Takes away an organization with all it has, a piece at a time.
    async fn clear(&self, organization: OrganizationId) -> Result<()> {
        let mut after = Some(0);
        while let Some(number) = after {
            let mut tx = self.write().await?;
            after = remove_runs(&mut tx, organization, number).await?;
            tx.commit().await?;
        }
        let mut tx = self.write().await?;
        remove(&mut tx, organization).await?;
        tx.commit().await
    }
}

impl Seeding {
    /// Writes a piece, in one transaction.
    pub async fn write(&mut self, piece: Piece) -> Result<()> {
        let mut tx = self.store.write().await?;
        insert_jobs(&mut tx, self.organization, self.jobs, &piece.jobs).await?;
        self.jobs += count(&piece.jobs);

        // Runs that were requested meanwhile have numbers of their own, so these are asked for anew each time. Only
        // within a job must the order be that of time.
        let first: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) + 1 FROM executions")
            .fetch_one(&mut tx)
            .await?;
        insert_runs(&mut tx, first, &piece.runs).await?;

        let (mut run, lines) = self.last;
        let mut rows: Vec<Row> = (lines + 1..).zip(piece.more).map(|(seq, line)| (run, seq, line)).collect();
        let mut seq = lines + count(&rows);
        for (number, past) in (first..).zip(piece.runs) {
            (run, seq) = (number, count(&past.lines));
            rows.extend((1..).zip(past.lines).map(|(seq, line)| (run, seq, line)));
        }
        insert_lines(&mut tx, rows).await?;
        tx.commit().await?;
        self.last = (run, seq);
        Ok(())
    }

    /// Shows the organization, with a key of this name.
    pub async fn finish(&self, key_name: &str, hash: &KeyHash, now: Micros) -> Result<()> {
        let mut tx = self.store.write().await?;
        // It has no key yet, so neither the name nor the room for one is taken.
        let key = NewKey { organization: self.organization, name: key_name, hash, now };
        keys::insert(&mut tx, &key).await?;
        sqlx::query("UPDATE organizations SET declared = 1 WHERE id = ?")
            .bind(self.organization)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    /// Takes away what was written.
    pub async fn abandon(self) -> Result<()> {
        self.store.clear(self.organization).await
    }
}

/// Takes away an organization with all it has, in one transaction.
pub(super) async fn remove(tx: &mut WriteTransaction, organization: OrganizationId) -> Result<()> {
    let mut after = Some(0);
    while let Some(number) = after {
        after = remove_runs(tx, organization, number).await?;
    }
    for sql in [
        "DELETE FROM jobs WHERE organization = ?",
        "DELETE FROM api_keys WHERE organization = ?",
        "DELETE FROM organizations WHERE id = ?",
    ] {
        sqlx::query(sql).bind(organization).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Takes away some of its runs after this number, or some lines of them. After which number there may be more.
async fn remove_runs(
    tx: &mut WriteTransaction,
    organization: OrganizationId,
    after: i64,
) -> Result<Option<i64>> {
    // CROSS: through the runs in their order, which begins where the last piece ended.
    let runs: Vec<i64> = sqlx::query_scalar(
        "SELECT e.number FROM executions e CROSS JOIN jobs j ON j.id = e.job
         WHERE e.number > ? AND j.organization = ? ORDER BY e.number LIMIT ?",
    )
    .bind(after)
    .bind(organization)
    .bind(RUNS)
    .fetch_all(&mut *tx)
    .await?;
    let Some(&last) = runs.last() else { return Ok(None) };
    let numbers = serde_json::Value::from(runs).to_string();
    let gone = sqlx::query(
        "DELETE FROM lines WHERE id IN (SELECT l.id FROM json_each(?) run
             CROSS JOIN lines l ON l.id BETWEEN run.value << 32 AND run.value << 32 | 0xffffffff LIMIT ?)",
    )
    .bind(&numbers)
    .bind(LINES)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if gone == u64::from(LINES) {
        return Ok(Some(after));
    }
    sqlx::query("DELETE FROM executions WHERE number IN (SELECT value FROM json_each(?))")
        .bind(&numbers)
        .execute(&mut *tx)
        .await?;
    Ok(Some(last))
}

async fn insert_jobs(
    tx: &mut WriteTransaction,
    organization: OrganizationId,
    first: i64,
    jobs: &[SeededJob],
) -> Result<()> {
    let mut placed = (first..).zip(jobs);
    for chunk in jobs.chunks(ROWS) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT INTO jobs (id, organization, name, position, seed) ");
        insert.push_values(placed.by_ref().take(chunk.len()), |mut row, (position, job)| {
            row.push_bind(job.id)
                .push_bind(organization)
                .push_bind(job.name.as_str())
                .push_bind(position)
                .push_bind(job.seed);
        });
        insert.build().persistent(chunk.len() == ROWS).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_runs(tx: &mut WriteTransaction, first: i64, runs: &[PastRun]) -> Result<()> {
    let mut numbered = (first..).zip(runs);
    for chunk in runs.chunks(ROWS) {
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT INTO executions (number, id, job, trigger_id, state, requested_at, created_at, ended_at) ",
        );
        insert.push_values(numbered.by_ref().take(chunk.len()), |mut row, (number, run)| {
            row.push_bind(number)
                .push_bind(run.id)
                .push_bind(run.job)
                .push_bind(run.trigger_id)
                .push_bind(run.state.number())
                .push_bind(run.created_at)
                .push_bind(run.created_at)
                .push_bind(run.ended_at);
        });
        insert.build().persistent(chunk.len() == ROWS).execute(&mut *tx).await?;
    }
    Ok(())
}

/// An execution's number, a line's place in its log, the line.
type Row = (i64, i64, Line);

async fn insert_lines(tx: &mut WriteTransaction, rows: Vec<Row>) -> Result<()> {
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    while left > 0 {
        let chunk = left.min(ROWS);
        left -= chunk;
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT INTO lines (id, time, severity, message) ");
        insert.push_values(rows.by_ref().take(chunk), |mut row, (execution, seq, line)| {
            row.push_bind(lines::key(execution, seq))
                .push_bind(line.time)
                .push_bind(line.severity.number())
                .push_bind(line.message);
        });
        insert.build().persistent(chunk == ROWS).execute(&mut *tx).await?;
    }
    Ok(())
}

fn count<T>(of: &[T]) -> i64 {
    i64::try_from(of.len()).unwrap_or(i64::MAX)
}
