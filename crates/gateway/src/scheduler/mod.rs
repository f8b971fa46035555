//! Starts the runs of jobs at their due times and after other jobs.
//!
//! Every node does this. The store decides which node starts a run: it marks a due time as handled in the transaction that inserts
//! the run.

mod action;
mod progress;
mod task;
mod texts;

pub use task::Scheduler;
pub(crate) use task::spawn_scheduler;
