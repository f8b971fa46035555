//! Copies of the database file.

use std::path::Path;

use super::file::path::create_new;
use super::store::SqliteStore;
use crate::error::{Error, ErrorKind, Result};

impl SqliteStore {
    /// Writes a consistent copy of the database into a new file, while the store is used.
    ///
    /// # Errors
    ///
    /// Fails if the file exists or cannot be written, or if the database fails.
    pub async fn back_up(&self, file: &Path) -> Result<()> {
        let text = file.to_str().ok_or_else(|| {
            Error::new(ErrorKind::CannotOpen, format!("The path {} is not valid UTF-8.", file.display()))
        })?;
        // SQLite writes into an empty file, and gives a file that it creates to everyone who may read the folder.
        create_new(file)?;
        let copied = sqlx::query("VACUUM INTO ?").bind(text).execute(&self.read_pool).await;
        if let Err(error) = copied {
            let _ = std::fs::remove_file(file);
            return Err(error.into());
        }
        Ok(())
    }
}
