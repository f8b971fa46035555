//! The engines of the guides.

mod airflow;
mod data_factory;
mod databricks;
mod dbt_cloud;
mod fabric;
mod github;
mod jobs_api;

use std::sync::Arc;

use crate::support::engine::Engine;

/// Returns all engines.
pub fn all() -> Vec<Arc<dyn Engine>> {
    vec![
        Arc::new(airflow::Airflow),
        Arc::new(data_factory::DataFactory),
        Arc::new(databricks::Databricks),
        Arc::new(dbt_cloud::DbtCloud),
        Arc::new(fabric::Fabric),
        Arc::new(github::GitHub),
        Arc::new(jobs_api::JobsApi),
    ]
}
