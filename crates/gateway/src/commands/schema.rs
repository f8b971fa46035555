//! `schema`: prints the JSON Schema of the configuration.

use anyhow::Result;

use crate::config;
use crate::output::print;

/// Prints the JSON Schema.
///
/// # Errors
///
/// Fails if standard output cannot be written.
pub fn run() -> Result<()> {
    print(&format!("{:#}\n", config::schema().as_value()))
}
