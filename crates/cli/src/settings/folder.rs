//! The folder of the user's files.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::{environment, failure::Failure};

const FOLDER_VARIABLE: &str = "TXJOBS_CONFIG_DIR";

/// Returns the folder of the user's files, or `None` if there is neither a home folder nor the variable.
pub(crate) fn config_folder() -> Result<Option<PathBuf>, Failure> {
    if let Some(folder) = environment::variable(FOLDER_VARIABLE)? {
        return Ok(Some(folder.into()));
    }
    Ok(ProjectDirs::from("", "", "txjobs").map(|folders| folders.config_dir().to_owned()))
}

/// Returns the folder, or an error that says how to name one.
pub(super) fn required_config_folder() -> Result<PathBuf, Failure> {
    config_folder()?.ok_or_else(|| {
        Failure::Usage(format!(
            "This account has no home folder, so there is no place for profiles. Set {FOLDER_VARIABLE} to a folder."
        ))
    })
}
