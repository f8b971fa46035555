//! Organizations and jobs of the configuration.

use async_trait::async_trait;
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::identifiers::OrganizationId;

/// The source of the organizations that `gateway.toml` declares.
pub(crate) const CONFIGURATION: &str = "configuration";

/// An organization of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// The unique name.
    pub name: String,
    /// The jobs, in the order of the list.
    pub jobs: Vec<Job>,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The id, unique in the store.
    pub id: Uuid,
    /// The name.
    pub name: String,
}

/// Fails if an organization of this name has another source than the configuration.
pub(crate) fn ensure_configured(name: &str, source: &str) -> Result<()> {
    if source == CONFIGURATION {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        format!(
            "The database has an organization \"{name}\" that gateway.toml does not manage (source: {source}). Its keys would \
             open the organization in gateway.toml. Give the organization in gateway.toml another name, or delete the other one."
        ),
    ))
}

/// Fails if the history of a job belongs to another organization.
pub(crate) fn ensure_owner(is_owner: bool, job: &Job) -> Result<()> {
    if is_owner {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        format!(
            "The id {} of the job \"{}\" belongs to the history of another organization. Give the job another id.",
            job.id, job.name
        ),
    ))
}

/// Stores organizations and their jobs.
#[async_trait]
pub trait OrganizationStore: Send + Sync {
    /// Makes the organizations and jobs of the configuration the active ones. Organizations and jobs that the configuration
    /// declares no longer become inactive: they are not shown, and their history stays. Organizations of another source are
    /// not changed.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::Conflict`] if a job id belongs to another organization, whose history the job would show, or
    /// if an organization of another source has the name of one of these, which its keys would open.
    async fn declare(&self, organizations: &[Organization]) -> Result<()>;

    /// Returns the organization of this name, and adds it if it is unknown, for a key that is created before a gateway declares
    /// it. An added organization is inactive: its keys are refused, and it has no jobs.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::Conflict`] if an organization of another source has this name.
    async fn ensure_organization(&self, name: &str) -> Result<OrganizationId>;

    /// Returns the active organization of this name.
    async fn organization_id(&self, name: &str) -> Result<Option<OrganizationId>>;

    /// Returns the ids and names of an organization's jobs, in the order of the list.
    async fn jobs(&self, organization: OrganizationId) -> Result<Vec<(Uuid, String)>>;

    /// Returns whether the organization has this job.
    async fn has_job(&self, organization: OrganizationId, job: Uuid) -> Result<bool>;
}
