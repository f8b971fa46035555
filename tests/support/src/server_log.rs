//! The file "log" in the folder of a server.

use std::fs::{self, File};
use std::path::Path;

const NAME: &str = "log";

/// Opens the log, to append to it.
pub(crate) fn open(folder: &Path) -> File {
    File::options().create(true).append(true).open(folder.join(NAME)).unwrap()
}

/// Returns everything that servers in this folder wrote to the log.
pub(crate) fn read(folder: &Path) -> String {
    fs::read_to_string(folder.join(NAME)).unwrap_or_default()
}
