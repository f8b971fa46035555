//! The work of a table, if this build has Kubernetes.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::run_settings::RunSettings;
use super::table::KubernetesTable;
use crate::runner::Work;

/// Checks the table, and reads the manifest. Relative paths start at `directory`.
///
/// # Errors
///
/// Fails if a setting or the manifest is invalid.
#[cfg(feature = "kubernetes")]
pub(in crate::config) fn work(
    table: KubernetesTable,
    run: RunSettings,
    directory: &Path,
) -> Result<Arc<dyn Work>> {
    Ok(Arc::new(super::check::check(table, run, directory)?))
}

/// Refuses the table.
///
/// # Errors
///
/// Fails, because this build has no Kubernetes.
#[cfg(not(feature = "kubernetes"))]
pub(in crate::config) fn work(_: KubernetesTable, _: RunSettings, _: &Path) -> Result<Arc<dyn Work>> {
    anyhow::bail!(
        "it has a table `kubernetes`, and this build has no Kubernetes. Build the gateway with --features kubernetes"
    )
}
