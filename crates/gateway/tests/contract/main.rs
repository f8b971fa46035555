//! The contract through the router, without a socket: one file an operation, status and body.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed; helpers are no test functions")]

mod cancel_job;
mod console_files;
mod docs;
mod execute_job;
mod get_job_logs;
mod get_job_logs_by_trigger;
mod get_job_status;
mod house;
mod list_job_statuses;
mod list_jobs;
mod lists;
mod made_up;
mod pages;
mod refusals;
mod unknown_paths;
mod validator;
