//! The table `kubernetes` of a job: the Job of each run.

#[cfg(feature = "kubernetes")]
mod check;
#[cfg(feature = "kubernetes")]
mod image;
#[cfg(feature = "kubernetes")]
mod manifest;
#[cfg(feature = "kubernetes")]
mod names;
mod run_settings;
mod table;
mod work;

pub(super) use run_settings::RunSettings;
pub(super) use table::KubernetesTable;
pub(super) use work::work;

#[cfg(test)]
#[cfg(feature = "kubernetes")]
mod tests;
