//! A kind of job that a configuration file can declare.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::retention::RetentionTable;
use super::schedule::ScheduleKeys;
use crate::runner::Work;

/// A job as it is written in the configuration file.
pub trait DeclaredJob: DeserializeOwned {
    /// Returns the id, if the file sets one.
    fn id(&self) -> Option<Uuid>;

    /// Returns the name.
    fn name(&self) -> &str;

    /// Returns the labels that a node needs to run the job.
    fn runs_on(&self) -> &[String] {
        &[]
    }

    /// Returns which ended runs are kept, if the job differs from the other jobs of the file.
    fn retention(&self) -> RetentionTable {
        RetentionTable::default()
    }

    /// Returns when the job starts by itself.
    fn schedule(&self) -> ScheduleKeys {
        ScheduleKeys::default()
    }

    /// Checks the job and returns its work. `directory` is the folder of the file.
    ///
    /// # Errors
    ///
    /// Fails if a setting is invalid. The error does not contain the name of the job.
    fn into_work(self, directory: &Path) -> Result<Arc<dyn Work>>;
}
