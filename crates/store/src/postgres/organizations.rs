//! Organizations and their jobs.

use async_trait::async_trait;
use uuid::Uuid;

use super::connection::PgTransaction;
use super::store::PostgresStore;
use super::text::storable;
use crate::error::Result;
use crate::identifiers::OrganizationId;
use crate::organizations::{
    CONFIGURATION, Job, Organization, OrganizationStore, ensure_configured, ensure_owner,
};

/// The lock of changes of the configuration. It ends with its transaction.
const LOCK: i64 = 0x5458_4a43;

#[async_trait]
impl OrganizationStore for PostgresStore {
    async fn declare(&self, organizations: &[Organization]) -> Result<()> {
        let mut tx = self.begin_change().await?;
        // A node that starts with the same configuration changes nothing, so that the other nodes keep their lists.
        sqlx::query(
            "UPDATE organizations SET is_active = false WHERE source = $1 AND is_active AND name <> ALL ($2)",
        )
        .bind(CONFIGURATION)
        .bind(organizations.iter().map(|organization| organization.name.as_str()).collect::<Vec<_>>())
        .execute(&mut tx)
        .await?;
        let jobs: Vec<Uuid> = organizations.iter().flat_map(|o| &o.jobs).map(|job| job.id).collect();
        sqlx::query(
            "UPDATE jobs SET position = NULL WHERE position IS NOT NULL AND id <> ALL ($2)
                 AND organization IN (SELECT id FROM organizations WHERE source = $1)",
        )
        .bind(CONFIGURATION)
        .bind(jobs)
        .execute(&mut tx)
        .await?;
        for organization in organizations {
            let id = add_configured(&mut tx, &organization.name).await?;
            sqlx::query("UPDATE organizations SET is_active = true WHERE id = $1 AND NOT is_active")
                .bind(id)
                .execute(&mut tx)
                .await?;
            declare_jobs(&mut tx, id, &organization.jobs).await?;
        }
        tx.commit().await
    }

    async fn ensure_organization(&self, name: &str) -> Result<OrganizationId> {
        let mut tx = self.begin_change().await?;
        let id = add_configured(&mut tx, name).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn organization_id(&self, name: &str) -> Result<Option<OrganizationId>> {
        let mut tx = self.begin().await?;
        let id = sqlx::query_scalar("SELECT id FROM organizations WHERE name = $1 AND is_active")
            .bind(name)
            .fetch_optional(&mut tx)
            .await?;
        tx.rollback().await?;
        Ok(id)
    }

    async fn jobs(&self, organization: OrganizationId) -> Result<Vec<(Uuid, String)>> {
        let mut tx = self.begin().await?;
        let jobs = sqlx::query_as(
            "SELECT id, name FROM jobs WHERE organization = $1 AND position IS NOT NULL ORDER BY position",
        )
        .bind(organization)
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(jobs)
    }

    async fn has_job(&self, organization: OrganizationId, job: Uuid) -> Result<bool> {
        let mut tx = self.begin().await?;
        let found =
            sqlx::query("SELECT 1 FROM jobs WHERE id = $1 AND organization = $2 AND position IS NOT NULL")
                .bind(job)
                .bind(organization)
                .fetch_optional(&mut tx)
                .await?;
        tx.rollback().await?;
        Ok(found.is_some())
    }
}

impl PostgresStore {
    /// Begins a transaction that changes organizations or jobs. Nodes that start at the same time wait for each other.
    async fn begin_change(&self) -> Result<PgTransaction> {
        let mut tx = self.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut tx).await?;
        Ok(tx)
    }
}

/// Returns the organization of the configuration of this name, and adds it if it is unknown.
async fn add_configured(tx: &mut PgTransaction, name: &str) -> Result<OrganizationId> {
    let found: Option<(OrganizationId, String)> =
        sqlx::query_as("SELECT id, source FROM organizations WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
    if let Some((id, source)) = found {
        ensure_configured(name, &source)?;
        return Ok(id);
    }
    let id = sqlx::query_scalar(
        "INSERT INTO organizations (name, source, is_active) VALUES ($1, $2, false) RETURNING id",
    )
    .bind(name)
    .bind(CONFIGURATION)
    .fetch_one(tx)
    .await?;
    Ok(id)
}

/// Adds or updates the jobs of an organization.
async fn declare_jobs(tx: &mut PgTransaction, organization: OrganizationId, jobs: &[Job]) -> Result<()> {
    let ids: Vec<Uuid> = jobs.iter().map(|job| job.id).collect();
    let foreign: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM jobs WHERE id = ANY ($1) AND organization <> $2")
            .bind(&ids)
            .bind(organization)
            .fetch_all(&mut *tx)
            .await?;
    for job in jobs {
        ensure_owner(!foreign.contains(&job.id), job)?;
    }
    sqlx::query(
        "INSERT INTO jobs (id, organization, name, position)
         SELECT id, $1, name, position FROM unnest($2, $3, $4) AS declared (id, name, position)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, position = excluded.position
         WHERE (jobs.name, jobs.position) IS DISTINCT FROM (excluded.name, excluded.position)",
    )
    .bind(organization)
    .bind(ids)
    .bind(jobs.iter().map(|job| storable(&job.name)).collect::<Vec<_>>())
    .bind((0i64..).take(jobs.len()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}
