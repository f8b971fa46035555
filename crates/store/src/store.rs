//! What every store does, whatever database it uses.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use crate::archive::ArchiveStore;
use crate::catalog::CatalogStore;
use crate::error::{ErrorKind, Result};
use crate::executions::ExecutionStore;
use crate::keys::KeyStore;
use crate::lines::LineStore;
use crate::nodes::NodeStore;
use crate::notifications::NotificationStore;
use crate::organizations::OrganizationStore;
use crate::runs::RunStore;
use crate::schedules::ScheduleStore;
use crate::time::Micros;

/// A store that several parts of a process share.
pub type SharedStore = Arc<dyn Store>;

/// Stores organizations, keys, jobs, schedules, nodes, runs, log lines, and notifications: the sum of a trait for each subject.
///
/// Every change is one transaction: after an error, nothing or all of it is in the database. Every method fails if the database
/// fails.
#[async_trait]
pub trait Store:
    ArchiveStore
    + CatalogStore
    + ExecutionStore
    + KeyStore
    + LineStore
    + NodeStore
    + NotificationStore
    + OrganizationStore
    + RunStore
    + ScheduleStore
    + Debug
{
    /// Returns whether several nodes can use the database at the same time. Otherwise this process is the only one.
    fn is_shared(&self) -> bool;

    /// Returns the time of the database.
    async fn time(&self) -> Result<Micros>;

    /// Checks that the database can be read and written, within a few seconds.
    async fn check(&self) -> Result<(), ErrorKind>;

    /// Closes every connection.
    async fn close(&self);
}
