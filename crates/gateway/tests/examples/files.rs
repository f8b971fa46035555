//! The files of the examples.

use std::path::PathBuf;

use txjobs_test_support::root;

/// Returns the path of a file below `docs/examples`.
pub fn path(name: &str) -> PathBuf {
    root().join("docs/examples").join(name)
}

/// Reads a file below `docs/examples`.
pub fn read(name: &str) -> String {
    let path = path(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
