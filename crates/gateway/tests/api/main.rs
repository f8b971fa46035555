//! Tests of the API through the router in process: one file per operation.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod cancel_job;
mod console_files;
mod docs;
mod errors;
mod execute_job;
mod failed_attempts;
mod get_job_logs;
mod get_job_logs_by_trigger;
mod get_job_status;
mod list_job_statuses;
mod list_jobs;
mod lists;
mod pages;
mod reference_page;
mod resumption;
mod retention;
mod scopes;
mod unknown_paths;
mod validator;

const SPEC: &str = include_str!("../../../../openapi.yaml");
