//! Organizations and their jobs, as `gateway.toml` declares them; and all of them for who asks.

use uuid::Uuid;

use crate::{Result, Store, WriteTransaction, seeded};

/// An organization of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// The unique name.
    pub name: String,
    /// The jobs, in the order of the list.
    pub jobs: Vec<Job>,
}

/// A job of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The id, unique in the store.
    pub id: Uuid,
    /// The name for people.
    pub name: String,
}

/// An organization's number in the store.
pub type OrganizationId = i64;

impl Store {
    /// Makes the store's organizations and jobs those of the configuration. What is no longer declared keeps its
    /// history and is not shown. Made-up organizations stay as they are.
    ///
    /// # Errors
    ///
    /// The store does not answer, a job id already belongs to another organization, whose history it would show, or an
    /// organization has the name of a made-up one, whose keys would open it.
    pub async fn declare(&self, organizations: &[Organization]) -> anyhow::Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE organizations SET declared = 0 WHERE seeded IS NULL").execute(&mut tx).await?;
        sqlx::query("UPDATE jobs SET position = NULL WHERE seed IS NULL").execute(&mut tx).await?;
        for organization in organizations {
            make_room(&mut tx, &organization.name).await?;
            let (id,): (OrganizationId,) = sqlx::query_as(
                "INSERT INTO organizations (name, declared) VALUES (?, 1)
                 ON CONFLICT (name) DO UPDATE SET declared = 1 RETURNING id",
            )
            .bind(&organization.name)
            .fetch_one(&mut tx)
            .await?;
            for (position, job) in (0i64..).zip(&organization.jobs) {
                let ours = declare_job(&mut tx, id, job, position).await?;
                ensure_owner(ours, job)?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Returns the organization of this name, and adds it if it is unknown, for a key that is made before a gateway declares it.
    /// Until a gateway declares it, its keys are refused and it has no jobs.
    pub async fn add_organization(&self, name: &str) -> Result<OrganizationId> {
        let mut tx = self.write().await?;
        let id = add_organization(&mut tx, name).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds the unknown organizations and jobs of the configuration, for their history. Known ones are not changed. Added ones
    /// are not shown before a gateway declares them.
    ///
    /// # Errors
    ///
    /// Fails if the store does not answer, or if a job id belongs to another organization.
    pub async fn add_undeclared(&self, organizations: &[Organization]) -> anyhow::Result<()> {
        let mut tx = self.write().await?;
        for organization in organizations {
            let id = add_organization(&mut tx, &organization.name).await?;
            for job in &organization.jobs {
                sqlx::query(
                    "INSERT INTO jobs (id, organization, name) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
                )
                .bind(job.id)
                .bind(id)
                .bind(&job.name)
                .execute(&mut tx)
                .await?;
                let owner: OrganizationId = sqlx::query_scalar("SELECT organization FROM jobs WHERE id = ?")
                    .bind(job.id)
                    .fetch_one(&mut tx)
                    .await?;
                ensure_owner(owner == id, job)?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// The organization of this name, if it is declared.
    pub async fn organization(&self, name: &str) -> Result<Option<OrganizationId>> {
        sqlx::query_scalar("SELECT id FROM organizations WHERE name = ? AND declared = 1")
            .bind(name)
            .fetch_optional(&self.readers)
            .await
    }

    /// The jobs of an organization, in the order of the configuration.
    pub async fn jobs(&self, organization: OrganizationId) -> Result<Vec<(Uuid, String)>> {
        sqlx::query_as(
            "SELECT id, name FROM jobs WHERE organization = ? AND position IS NOT NULL ORDER BY position",
        )
        .bind(organization)
        .fetch_all(&self.readers)
        .await
    }

    /// Whether the organization has this job.
    pub async fn has_job(&self, organization: OrganizationId, job: Uuid) -> Result<bool> {
        let found =
            sqlx::query("SELECT 1 FROM jobs WHERE id = ? AND organization = ? AND position IS NOT NULL")
                .bind(job)
                .bind(organization)
                .fetch_optional(&self.readers)
                .await?;
        Ok(found.is_some())
    }
}

/// Fails if the history of a job belongs to another organization.
fn ensure_owner(is_owner: bool, job: &Job) -> anyhow::Result<()> {
    anyhow::ensure!(
        is_owner,
        "The id {} of the job \"{}\" belongs to the history of another organization. Give the job another id.",
        job.id,
        job.name
    );
    Ok(())
}

async fn add_organization(tx: &mut WriteTransaction, name: &str) -> Result<OrganizationId> {
    sqlx::query("INSERT INTO organizations (name, declared) VALUES (?, 0) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .execute(&mut *tx)
        .await?;
    sqlx::query_scalar("SELECT id FROM organizations WHERE name = ?").bind(name).fetch_one(tx).await
}

/// Refuses the name of a made-up organization; what is left of one that never was whole is taken away.
async fn make_room(tx: &mut WriteTransaction, name: &str) -> anyhow::Result<()> {
    let made_up: Option<(OrganizationId, bool)> =
        sqlx::query_as("SELECT id, declared FROM organizations WHERE name = ? AND seeded IS NOT NULL")
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
    let Some((id, is_whole)) = made_up else { return Ok(()) };
    anyhow::ensure!(
        !is_whole,
        "There is a made-up organization \"{name}\" (POST /admin/seed), whose keys would open the one in gateway.toml. \
         Give that one another name, or first remove the made-up ones with POST /admin/reset."
    );
    Ok(seeded::remove(tx, id).await?)
}

async fn declare_job(
    tx: &mut WriteTransaction,
    organization: OrganizationId,
    job: &Job,
    position: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO jobs (id, organization, name, position) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, position = excluded.position
         WHERE organization = excluded.organization",
    )
    .bind(job.id)
    .bind(organization)
    .bind(&job.name)
    .bind(position)
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
