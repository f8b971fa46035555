//! Tests of the contract through the router, without a socket: one file per operation.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod cancel_job;
mod console_files;
mod docs;
mod errors;
mod execute_job;
mod get_job_logs;
mod get_job_logs_by_trigger;
mod get_job_status;
mod list_job_statuses;
mod list_jobs;
mod lists;
mod pages;
mod reference_page;
mod test_app;
mod test_job;
mod unknown_paths;
mod validator;

use reference_page::Reference;

const SPEC: &str = include_str!("../../../../openapi.yaml");

fn references() -> Vec<Reference> {
    let page = include_str!(concat!(env!("OUT_DIR"), "/reference.html")).to_owned();
    vec![Reference { spec: yaml_serde::from_str(SPEC).unwrap(), page, variable: "$TXJOBS_API_KEY" }]
}
