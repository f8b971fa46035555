//! Environment variables.

use std::env::{self, VarError};

use crate::failure::Failure;

/// Returns the value of an environment variable. One that is set to nothing counts as unset: CI systems do that with
/// variables that nobody filled in.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Failure> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        // The value may be a key: it is not shown.
        Err(VarError::NotUnicode(_)) => {
            Err(Failure::Usage(format!("The environment variable {name} is not valid Unicode.")))
        }
    }
}
