//! The file with keys, for machines without a keyring. Each key belongs to a profile and the base URL of its server.

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
                "{} is not valid: it must have lines such as \"prod https://api.example.com\" = \"key\".",
                path.display()
            ))
        })?;
        Ok(Self { path, keys })
    }

    pub(crate) fn key(&self, name: &str) -> Option<&str> {
        self.keys.get(name).map(String::as_str)
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

    /// Adds or replaces a key in the file.
    pub(crate) fn set(name: &str, key: &str) -> Result<(), Failure> {
        let _lock = files::lock()?;
        let mut file = Self::open()?;
        file.keys.insert(name.to_owned(), key.to_owned());
        file.write()
    }

    /// Removes a key from the file, if it is there.
    pub(crate) fn remove(name: &str) -> Result<(), Failure> {
        let _lock = files::lock()?;
        let mut file = Self::open()?;
        if file.keys.remove(name).is_some() {
            file.write()?;
        }
        Ok(())
    }

    fn write(&self) -> Result<(), Failure> {
        let text = toml_edit::ser::to_string(&self.keys)
            .map_err(|error| Failure::System(format!("The keys cannot be written: {error}.")))?;
        files::replace(&self.path, &text)
    }
}
