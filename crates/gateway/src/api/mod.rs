//! The operations of `openapi.yaml`: one file each, with the SDK's paths and types.

mod auth;
mod body_limit;
mod cancel_job;
mod cors;
mod demo_key;
mod error;
mod execute_job;
mod executions;
mod failed_attempts;
mod get_job_logs;
mod get_job_logs_by_trigger;
mod get_job_status;
mod ids;
mod job_status;
mod key_uses;
mod list_job_statuses;
mod list_jobs;
mod lists;
mod parameters;
mod representation;
mod routes;
mod state;
mod unknown_path;
mod validator;

pub use auth::Caller;
pub use demo_key::DemoKey;
pub use error::{ApiError, ErrorDetails, ErrorReason, forbidden_remote, method_not_allowed};
pub use execute_job::queued_response;
pub use failed_attempts::FailedAttempts;
pub use ids::parse_id;
pub use key_uses::KeyUses;
pub use routes::{operations, root, router};
pub use state::AppState;
pub use unknown_path::unknown_path_router;
