//! The configuration file, which may change.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::config::{self, Config, DeclaredJob};
use crate::file_changes::WatchedFiles;

/// The configuration file, and how it is read.
#[derive(Clone, Debug)]
pub struct ConfigSource {
    pub(super) path: Arc<PathBuf>,
    pub(super) watched: WatchedFiles,
    load: fn(&std::path::Path) -> Result<Config>,
}

impl ConfigSource {
    /// Creates the source of a file with jobs of this kind.
    pub fn new<J: DeclaredJob>(path: PathBuf) -> Self {
        Self { watched: WatchedFiles::new([path.clone()]), path: Arc::new(path), load: config::load::<J> }
    }

    /// Reads and checks the file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read or is invalid.
    pub fn load(&self) -> Result<Config> {
        (self.load)(&self.path)
    }

    /// Reads and checks the file in the background: a file server may not respond.
    pub(super) async fn load_in_background(&self) -> Result<Config> {
        let source = self.clone();
        let loaded = tokio::task::spawn_blocking(move || source.load()).await;
        loaded.context("The gateway's own code failed at the configuration")?
    }
}
