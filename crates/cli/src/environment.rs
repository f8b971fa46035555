//! Environment variables.

use std::env::{self, VarError};

use crate::failure::Failure;

/// Returns whether a CI system runs this process. It is trusted with its checkout, because it runs the commands of the project anyway.
pub(crate) fn is_ci() -> Result<bool, Failure> {
    for name in ["CI", "TF_BUILD"] {
        let value = variable(name)?.unwrap_or_default();
        if !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the value of an environment variable. An empty variable counts as unset, because CI systems set variables without a
/// value to the empty string.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Failure> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        // The error does not contain the value, because it may be a key.
        Err(VarError::NotUnicode(_)) => {
            Err(Failure::Usage(format!("The environment variable {name} is not valid Unicode.")))
        }
    }
}
