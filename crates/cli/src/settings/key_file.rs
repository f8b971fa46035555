//! The file with keys, for machines without a keyring. Each key belongs to the base URL of a server.

use std::{collections::BTreeMap, path::PathBuf};

use super::{files, folder::required_config_folder};
use crate::failure::Failure;

const KEY_FILE: &str = "keys.toml";

/// The file and its keys.
pub(crate) struct KeyFile {
    path: PathBuf,
    keys: BTreeMap<String, String>,
}

impl KeyFile {
    /// Reads the file. A missing file has no keys.
    pub(crate) fn open() -> Result<Self, Failure> {
        let path = required_config_folder()?.join(KEY_FILE);
        let text = files::read(&path)?.unwrap_or_default();
        // The error of the parser would quote the line with a key.
        let keys = toml_edit::de::from_str(&text).map_err(|_| {
            Failure::Usage(format!(
                "{} is not valid: it must have lines such as \"https://api.example.com\" = \"key\".",
                path.display()
            ))
        })?;
        Ok(Self { path, keys })
    }

    pub(crate) fn key(&self, base_url: &str) -> Option<&str> {
        self.keys.get(base_url).map(String::as_str)
    }

    /// Returns a warning if users other than the owner can read the file.
    pub(crate) fn warning(&self) -> Option<String> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&self.path).ok()?.permissions().mode();
            if mode & 0o077 != 0 {
                let path = self.path.display();
                return Some(format!(
                    "Other users can read the keys in {path}. To change that: chmod 600 {path}"
                ));
            }
        }
        None
    }

    pub(crate) fn set(&mut self, base_url: &str, key: &str) -> Result<(), Failure> {
        self.keys.insert(base_url.to_owned(), key.to_owned());
        self.write()
    }

    pub(crate) fn remove(&mut self, base_url: &str) -> Result<bool, Failure> {
        let is_removed = self.keys.remove(base_url).is_some();
        if is_removed {
            self.write()?;
        }
        Ok(is_removed)
    }

    fn write(&self) -> Result<(), Failure> {
        let text = toml_edit::ser::to_string(&self.keys)
            .map_err(|error| Failure::System(format!("The keys cannot be written: {error}.")))?;
        files::replace(&self.path, &text)
    }
}
