//! The service's API key that the relay holds.

use std::sync::{PoisonError, RwLock};

use anyhow::{Context, Result};
use txjobs_sdk::ApiKey;

use crate::config::KeySource;

/// A key of the service. It is read again after the service has refused it, because it may have been replaced.
#[derive(Debug)]
pub struct HeldKey {
    source: KeySource,
    current: RwLock<ApiKey>,
}

impl HeldKey {
    /// Reads the key. Returns `None` if each caller sends its own.
    ///
    /// # Errors
    ///
    /// Fails if the source has no valid key. The error does not contain it.
    pub fn read(source: &KeySource) -> Result<Option<Self>> {
        let key = read(source)?;
        Ok(key.map(|key| Self { source: source.clone(), current: RwLock::new(key) }))
    }

    /// Returns the key.
    pub fn get(&self) -> ApiKey {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the key again. A source that fails is logged, and the key stays.
    pub fn read_again(&self) {
        match read(&self.source) {
            Ok(Some(key)) => *self.current.write().unwrap_or_else(PoisonError::into_inner) = key,
            Ok(None) => {}
            Err(error) => tracing::error!("the service's API key could not be read again: {error:#}"),
        }
    }
}

fn read(source: &KeySource) -> Result<Option<ApiKey>> {
    let (bytes, place) = match source {
        KeySource::Caller => return Ok(None),
        KeySource::Environment(name) => {
            // The error of a value that is not text would have the value.
            let value = std::env::var(name).ok().with_context(|| {
                format!("The environment variable {name} of `key_env` has no text. Set it to the service's API key")
            })?;
            (value.into_bytes(), format!("The environment variable {name}"))
        }
        KeySource::File(path) => {
            let bytes = std::fs::read(path).with_context(|| {
                format!(
                    "The file {} of `key_file` cannot be read. Write the service's API key into it",
                    path.display()
                )
            })?;
            (bytes, format!("The file {}", path.display()))
        }
    };
    let key = ApiKey::from_bytes(&bytes).with_context(|| format!("{place} has no valid API key"))?;
    Ok(Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_key_is_read_again_and_invalid_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "first-key\n").unwrap();
        let key = HeldKey::read(&KeySource::File(path.clone())).unwrap().unwrap();
        assert_eq!(key.get().expose(), "first-key");
        std::fs::write(&path, "not a key").unwrap();
        key.read_again();
        assert_eq!(key.get().expose(), "first-key");
        std::fs::write(&path, "second-key\r\n").unwrap();
        key.read_again();
        assert_eq!(key.get().expose(), "second-key");
    }

    #[test]
    fn missing_or_invalid_key_is_an_error_without_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let error = |source: KeySource| format!("{:#}", HeldKey::read(&source).unwrap_err());
        assert!(error(KeySource::File(path.clone())).contains("of `key_file` cannot be read"));
        std::fs::write(&path, "top secret").unwrap();
        let text = error(KeySource::File(path));
        assert!(text.contains("has no valid API key: Character 4") && !text.contains("secret"), "{text}");
        assert!(error(KeySource::Environment("NO_SUCH_VARIABLE".into())).contains("`key_env` has no text"));
        assert!(HeldKey::read(&KeySource::Caller).unwrap().is_none());
    }
}
