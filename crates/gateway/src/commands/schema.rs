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
    let mut schema = config::schema().to_value();
    // Whether a map keeps its order depends on a feature of serde_json that other programs of a build may enable.
    schema.sort_all_objects();
    print(&format!("{schema:#}\n"))
}
