//! Organizations and their jobs.

use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use super::connection::transaction::WriteTransaction;
use super::store::SqliteStore;
use crate::error::Result;
use crate::identifiers::OrganizationId;
use crate::organizations::{
    CONFIGURATION, Job, Organization, OrganizationStore, ensure_configured, ensure_owner,
};

/// The number of rows of a statement: with four values each below SQLite's limit of 32,766 values.
const ROWS_PER_STATEMENT: usize = 1000;

#[async_trait]
impl OrganizationStore for SqliteStore {
    async fn declare(&self, organizations: &[Organization]) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE organizations SET is_active = 0 WHERE source = ?")
            .bind(CONFIGURATION)
            .execute(&mut tx)
            .await?;
        sqlx::query(
            "UPDATE jobs SET position = NULL WHERE organization IN (SELECT id FROM organizations WHERE source = ?)",
        )
        .bind(CONFIGURATION)
        .execute(&mut tx)
        .await?;
        for organization in organizations {
            let id = add_configured(&mut tx, &organization.name).await?;
            tx.activate_organization(id).await?;
            for (position, job) in (0i64..).zip(&organization.jobs) {
                let is_owner = declare_job(&mut tx, id, job, position).await?;
                ensure_owner(is_owner, job)?;
            }
        }
        tx.commit().await
    }

    async fn ensure_organization(&self, name: &str) -> Result<OrganizationId> {
        let mut tx = self.write().await?;
        let id = add_configured(&mut tx, name).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn organization_id(&self, name: &str) -> Result<Option<OrganizationId>> {
        let id = sqlx::query_scalar("SELECT id FROM organizations WHERE name = ? AND is_active = 1")
            .bind(name)
            .fetch_optional(&self.read_pool)
            .await?;
        Ok(id)
    }

    async fn jobs(&self, organization: OrganizationId) -> Result<Vec<(Uuid, String)>> {
        let jobs = sqlx::query_as(
            "SELECT id, name FROM jobs WHERE organization = ? AND position IS NOT NULL ORDER BY position",
        )
        .bind(organization)
        .fetch_all(&self.read_pool)
        .await?;
        Ok(jobs)
    }

    async fn has_job(&self, organization: OrganizationId, job: Uuid) -> Result<bool> {
        let found =
            sqlx::query("SELECT 1 FROM jobs WHERE id = ? AND organization = ? AND position IS NOT NULL")
                .bind(job)
                .bind(organization)
                .fetch_optional(&self.read_pool)
                .await?;
        Ok(found.is_some())
    }
}

impl SqliteStore {
    /// Adds the unknown organizations and jobs of the configuration, so that past runs can be added before a gateway declares
    /// them. Known ones are not changed. Added ones are inactive.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) as [`Self::declare`]. Fails if the database fails.
    pub async fn ensure_organizations(&self, organizations: &[Organization]) -> Result<()> {
        let mut tx = self.write().await?;
        for organization in organizations {
            let id = add_configured(&mut tx, &organization.name).await?;
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
        tx.commit().await
    }
}

impl WriteTransaction {
    /// Adds an organization without jobs. `source` names the component that manages it; only that one changes or deletes it.
    /// The organization is inactive: its keys are refused. Returns `None` if an organization has this name, active or not.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn add_organization(&mut self, name: &str, source: &str) -> Result<Option<OrganizationId>> {
        let id = sqlx::query_scalar(
            "INSERT INTO organizations (name, source, is_active) VALUES (?, ?, 0)
             ON CONFLICT (name) DO NOTHING RETURNING id",
        )
        .bind(name)
        .bind(source)
        .fetch_optional(self)
        .await?;
        Ok(id)
    }

    /// Makes an organization active, so that its keys are accepted.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn activate_organization(&mut self, organization: OrganizationId) -> Result<()> {
        sqlx::query("UPDATE organizations SET is_active = 1 WHERE id = ?")
            .bind(organization)
            .execute(self)
            .await?;
        Ok(())
    }

    /// Adds jobs to an organization. The first one gets this position in the list.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if a job id exists. Fails if the database fails.
    pub async fn add_jobs(
        &mut self,
        organization: OrganizationId,
        first_position: i64,
        jobs: &[Job],
    ) -> Result<()> {
        let mut rows = (first_position..).zip(jobs);
        for chunk in jobs.chunks(ROWS_PER_STATEMENT) {
            let mut insert: QueryBuilder<Sqlite> =
                QueryBuilder::new("INSERT INTO jobs (id, organization, name, position) ");
            insert.push_values(rows.by_ref().take(chunk.len()), |mut row, (position, job)| {
                row.push_bind(job.id)
                    .push_bind(organization)
                    .push_bind(job.name.as_str())
                    .push_bind(position);
            });
            insert.build().persistent(chunk.len() == ROWS_PER_STATEMENT).execute(&mut *self).await?;
        }
        Ok(())
    }
}

/// Returns the organization of the configuration of this name, and adds it if it is unknown.
async fn add_configured(tx: &mut WriteTransaction, name: &str) -> Result<OrganizationId> {
    if let Some(id) = tx.add_organization(name, CONFIGURATION).await? {
        return Ok(id);
    }
    let (id, source): (OrganizationId, String) =
        sqlx::query_as("SELECT id, source FROM organizations WHERE name = ?")
            .bind(name)
            .fetch_one(tx)
            .await?;
    ensure_configured(name, &source)?;
    Ok(id)
}

/// Adds or updates a job. Returns false and changes nothing if it belongs to another organization.
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
