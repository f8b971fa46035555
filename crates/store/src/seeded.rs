//! Organizations with generated jobs and runs. They are written in parts, and active when they are complete.

use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::error::Result;
use crate::history::PastRun;
use crate::identifiers::{KeyHash, OrganizationId};
use crate::lines::Line;
use crate::organizations::Job;
use crate::store::Store;
use crate::time::Micros;

/// The source of seeded organizations.
pub(crate) const SEEDED: &str = "emulator";

/// A job of a seeded organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeededJob {
    /// Its id.
    pub id: Uuid,
    /// Its name, which may be any text.
    pub name: String,
    /// The seed of its runs.
    pub seed: i64,
}

/// The data that generates the run of a seeded job.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SeededWork {
    /// The name of the profile of its organization.
    pub profile: String,
    /// The seed of its runs.
    pub seed: i64,
    /// The name of the job.
    pub name: String,
}

/// A part of a seeded organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Further lines of the last run of the previous piece.
    pub more: Vec<Line>,
    /// Jobs, in the order of the list.
    pub jobs: Vec<SeededJob>,
    /// Past runs of jobs of this piece or of an earlier one. Those of a job are oldest first.
    pub runs: Vec<PastRun>,
}

/// Writes a seeded organization, which is inactive until [`Seeding::finish`]. One is written at a time.
///
/// A writer that is dropped leaves an inactive organization, until one of the same name is seeded or the store is reset.
#[derive(Debug)]
pub struct Seeding {
    store: Store,
    organization: OrganizationId,
    job_count: i64,
    /// The number of the last run and its number of lines.
    last_run: (i64, i64),
    _turn: OwnedMutexGuard<()>,
}

impl Store {
    /// Begins an organization of this name. Returns `None` if an organization has this name, active or not. Deletes the rest of
    /// an incomplete seeded organization of this name first.
    pub async fn begin_seeding(&self, name: &str, profile: &str) -> Result<Option<Seeding>> {
        let turn = self.seeding.clone().lock_owned().await;
        let incomplete: Option<OrganizationId> = sqlx::query_scalar(
            "SELECT id FROM organizations WHERE name = ? AND source = ? AND is_active = 0",
        )
        .bind(name)
        .bind(SEEDED)
        .fetch_optional(self.read_pool())
        .await?;
        if let Some(incomplete) = incomplete {
            self.delete_organization(incomplete).await?;
        }
        let mut tx = self.write().await?;
        let Some(organization) = tx.add_organization(name, SEEDED).await? else {
            tx.rollback().await?;
            return Ok(None);
        };
        sqlx::query("UPDATE organizations SET seeded = ? WHERE id = ?")
            .bind(profile)
            .bind(organization)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        let store = self.clone();
        Ok(Some(Seeding { store, organization, job_count: 0, last_run: (0, 0), _turn: turn }))
    }

    /// Deletes the seeded organizations that are incomplete, because the process that wrote them ended.
    pub async fn delete_incomplete_seeded(&self) -> Result<()> {
        let _turn = self.seeding.lock().await;
        let incomplete: Vec<OrganizationId> =
            sqlx::query_scalar("SELECT id FROM organizations WHERE source = ? AND is_active = 0")
                .bind(SEEDED)
                .fetch_all(self.read_pool())
                .await?;
        for organization in incomplete {
            self.delete_organization(organization).await?;
        }
        Ok(())
    }

    /// Returns the data that generates the runs of a job, if it is a seeded one.
    pub async fn seeded_work(&self, job: Uuid) -> Result<Option<SeededWork>> {
        let work = sqlx::query_as(
            "SELECT o.seeded AS profile, j.seed, j.name FROM jobs j JOIN organizations o ON o.id = j.organization
             WHERE j.id = ? AND j.seed IS NOT NULL AND o.seeded IS NOT NULL",
        )
        .bind(job)
        .fetch_optional(self.read_pool())
        .await?;
        Ok(work)
    }
}

impl Seeding {
    /// Writes a piece, in one transaction.
    pub async fn write(&mut self, piece: Piece) -> Result<()> {
        let mut tx = self.store.write().await?;
        let jobs: Vec<Job> =
            piece.jobs.iter().map(|job| Job { id: job.id, name: job.name.clone() }).collect();
        tx.add_jobs(self.organization, self.job_count, &jobs).await?;
        for job in &piece.jobs {
            sqlx::query("UPDATE jobs SET seed = ? WHERE id = ?")
                .bind(job.seed)
                .bind(job.id)
                .execute(&mut tx)
                .await?;
        }
        let (run, lines) = self.last_run;
        tx.append_lines(run, lines + 1, &piece.more).await?;
        let first = tx.add_past_runs(&piece.runs).await?;
        tx.commit().await?;
        self.job_count += count(&jobs);
        self.last_run = match piece.runs.last() {
            Some(last) => (first + count(&piece.runs) - 1, count(&last.lines)),
            None => (run, lines + count(&piece.more)),
        };
        Ok(())
    }

    /// Activates the organization, with a key of this name.
    pub async fn finish(&self, key_name: &str, hash: &KeyHash, now: Micros) -> Result<()> {
        let mut tx = self.store.write().await?;
        // It has no key yet, so that neither the name nor the limit of keys is a problem.
        tx.add_key(self.organization, key_name, hash, now).await?;
        tx.activate_organization(self.organization).await?;
        tx.commit().await
    }

    /// Deletes what was written.
    pub async fn abandon(self) -> Result<()> {
        self.store.delete_organization(self.organization).await
    }
}

fn count<T>(of: &[T]) -> i64 {
    i64::try_from(of.len()).unwrap_or(i64::MAX)
}
