//! Jobs and their runs: found, started, followed and listed.

pub(crate) mod execution;
pub(crate) mod follow;
mod history;
pub(crate) mod job_lookup;
mod latest;
pub(crate) mod log_stream;
pub(crate) mod names;
mod report;
mod start;

pub(crate) use history::{load_by_trigger, load_history, load_newest, newest_request, sort_lines};
pub(crate) use latest::latest_id;
pub(crate) use report::LineCounts;
pub(crate) use start::start_job;
